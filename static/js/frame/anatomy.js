// @ts-check
/** A frame's fields, each with its value, a sentence about it, its clause, and what is wrong with it. */

import { count } from "../words/format.js";
import { isControl, opcodeName } from "../words/words.js";
import { blame } from "./faults.js";
import { hex } from "./octets.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").FrameEvent} FrameEvent */
/** @typedef {import("./octets.js").Octet} Octet */
/** @typedef {import("./octets.js").Octets} Octets */
/** @typedef {"" | "unusual" | "short" | "wrong" | "limit"} Verdict */

/**
 * A field as it is drawn: bits of the first two bytes, or whole bytes behind them.
 * @typedef {object} Cell
 * @property {number} at its first bit among those two bytes; more for what follows
 * @property {string} label
 * @property {string} [bits]
 * @property {Octet[]} [octets]
 * @property {string} shown its value, where the bits do not say it
 */

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {string} name
 * @property {string} value
 * @property {readonly string[]} telling a sentence, and its clause
 * @property {Verdict} verdict
 * @property {Cell[]} cells
 */

const OPCODE_AT = 4;
const MASK_AT = 8;
const LENGTH_AT = 9;
const EXTENDED_AT = 16;
const KEY_AT = 17;
const PAYLOAD_AT = 18;

/** How many bytes there are in a row of the drawing. */
export const ROW = 8;

/** @param {FrameEvent} frame @param {Octets} octets @returns {Field[]} */
export function anatomy(frame, octets) {
  const fields = [
    fin(frame),
    ...reserved(frame),
    opcode(frame),
    mask(frame),
    length(frame, octets),
    ...(octets.extended.length ? [extended(frame, octets)] : []),
    ...(frame.masking_key === null ? [] : [key(octets)]),
    payload(frame, octets),
  ];
  if (frame.note !== null && !fields.some(({ verdict }) => verdict === "wrong"))
    blame(fields, frame, frame.note);
  return fields;
}

const { anatomy: said } = texts;

/** @param {FrameEvent} frame @returns {Field} */
function fin({ fin, opcode }) {
  const control = isControl(opcode);
  const telling = control ? said.fin.control : said.fin.data;
  return {
    key: "fin",
    name: "FIN",
    value: bit(fin),
    telling: telling[fin ? (opcode === 0 ? "last" : "only") : "more"],
    verdict: !fin && control ? "wrong" : "",
    cells: [{ at: 0, label: "FIN", bits: bit(fin), shown: "" }],
  };
}

/** Those that are set, and one for all that are not. @param {FrameEvent} frame @returns {Field[]} */
function reserved(frame) {
  const { rsv1, rsv2, rsv3, compressed, opcode, note } = frame;
  const set = [rsv1, rsv2, rsv3];
  const field = (/** @type {number[]} */ which) => ({
    key: `rsv${which.join("")}`,
    name: said.rsv.name(which),
    value: which.map((n) => bit(set[n - 1])).join(" "),
    cells: which.map((n) => ({ at: n, label: `RSV${n}`, bits: bit(set[n - 1]), shown: "" })),
  });
  /** @type {Field[]} */
  const fields = [];
  const unset = [1, 2, 3].filter((n) => !set[n - 1]);
  if (rsv1) {
    const misplaced = note?.startsWith("RSV1 set, but only") ?? false;
    const undefinedHere = !misplaced && (note?.includes("RSV1") ?? false);
    fields.push({
      ...field([1]),
      telling: misplaced
        ? said.rsv.misplaced
        : undefinedHere
          ? said.rsv.undefined
          : said.rsv.compressed,
      verdict: misplaced || undefinedHere ? "wrong" : "",
    });
  } else if (compressed && opcode === 0) {
    unset.shift();
    fields.push({ ...field([1]), telling: said.rsv.goesOn, verdict: "" });
  }
  for (const n of [2, 3].filter((n) => set[n - 1]))
    fields.push({ ...field([n]), telling: said.rsv.undefined, verdict: "wrong" });
  if (unset.length) fields.push({ ...field(unset), telling: said.rsv.unset, verdict: "" });
  return fields.sort((a, b) => a.cells[0].at - b.cells[0].at);
}

/** @param {FrameEvent} frame @returns {Field} */
function opcode({ opcode, heartbeat }) {
  const name = opcodeName(opcode);
  const telling = (heartbeat ? said.heartbeat : said.opcodes)[opcode];
  return {
    key: "opcode",
    name: said.names.opcode,
    value: telling ? `0x${opcode.toString(16)} ${name}` : name,
    telling: telling ?? said.reserved[isControl(opcode) ? "control" : "data"],
    verdict: telling ? "" : "wrong",
    cells: [
      {
        at: OPCODE_AT,
        label: said.labels.opcode,
        bits: opcode.toString(2).padStart(4, "0"),
        shown: telling ? name : `0x${opcode.toString(16)}`,
      },
    ],
  };
}

/** RFC 6455 §5.1: a client masks, a server does not. @param {FrameEvent} frame @returns {Field} */
function mask({ masking_key: key, direction }) {
  const masked = key !== null;
  return {
    key: "mask",
    name: "MASK",
    value: bit(masked),
    telling: said.mask[direction][masked ? 1 : 0],
    verdict: masked === (direction === "in") ? "" : "wrong",
    cells: [{ at: MASK_AT, label: "MASK", bits: bit(masked), shown: "" }],
  };
}

/** @param {FrameEvent} frame @param {Octets} octets @returns {Field} */
function length({ opcode, length_bits: bits, payload_size }, { first }) {
  const value = Number(first[1]) & 0x7f;
  const long = bits > 7 && isControl(opcode);
  return {
    key: "length",
    name: said.names.length,
    value: String(value),
    telling: long
      ? said.length.control
      : said.length[bits === 7 ? (payload_size ? 7 : 0) : bits === 16 ? 16 : 64],
    verdict: long ? "wrong" : "",
    cells: [
      {
        at: LENGTH_AT,
        label: said.labels.length,
        bits: value.toString(2).padStart(7, "0"),
        shown: String(value),
      },
    ],
  };
}

/** RFC 6455 §5.2: the shortest coding, and the top bit 0. @param {FrameEvent} frame @param {Octets} octets @returns {Field} */
function extended({ length_bits: bits }, { extended: octets, size }) {
  const needed = size === null ? bits : size < 126n ? 7 : size < 0x10000n ? 16 : 64;
  const top = size !== null && size >> 63n > 0n;
  return {
    key: "extended",
    name: said.names.extended,
    value: size === null ? octets.map(hex).join(" ") : count(size),
    telling:
      size === null
        ? said.extended.missing
        : top
          ? said.extended.top
          : needed < bits
            ? said.extended.longer(needed)
            : said.extended[bits === 16 ? 16 : 64],
    verdict: size === null ? "short" : top || needed < bits ? "wrong" : "",
    cells: [
      {
        at: EXTENDED_AT,
        label: said.labels.extended,
        octets,
        shown: size === null ? "" : count(size),
      },
    ],
  };
}

/** @param {Octets} octets @returns {Field} */
function key({ key: octets }) {
  const came = octets.filter((octet) => octet !== "missing").length;
  const zero = octets.every((octet) => octet === 0);
  return {
    key: "key",
    name: said.names.key,
    value: octets.map(hex).join(" "),
    telling: came < 4 ? said.key.missing(came) : zero ? said.key.zero : said.key.whole,
    verdict: came < 4 ? "short" : zero ? "unusual" : "",
    cells: [{ at: KEY_AT, label: said.labels.key, octets, shown: "" }],
  };
}

/** @param {FrameEvent} frame @param {Octets} octets @returns {Field} */
function payload(frame, { extended, key, payload, size, came }) {
  const room = ROW - ((extended.length + key.length) % ROW);
  const drawn = payload.slice(0, room);
  const rest = (size ?? 0n) - BigInt(drawn.length);
  const short = size === null || came < size;
  const { opcode, compressed, rsv1, fin } = frame;
  const of = compressed
    ? said.payload.compressed[fin ? "last" : "part"]
    : rsv1
      ? said.payload.perhaps
      : opcode === 1 && !fin
        ? said.payload.begins
        : said.payload.of[opcode];
  return {
    key: "payload",
    name: said.names.payload,
    value: size === null ? said.payload.unknown : said.bytes(size),
    telling: short
      ? [said.payload.came(came, size), ""]
      : size === 0n
        ? said.payload.empty[opcode === 8 ? "close" : "any"]
        : (of ?? said.payload.any),
    verdict: short ? "short" : "",
    cells: drawn.length
      ? [
          {
            at: PAYLOAD_AT,
            label: said.labels.payload,
            octets: drawn,
            shown: rest > 0n ? said.payload.more(rest) : "",
          },
        ]
      : [],
  };
}

/** @param {boolean} set */
const bit = (set) => (set ? "1" : "0");
