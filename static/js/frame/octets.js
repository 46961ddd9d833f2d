// @ts-check
/** The bytes of a frame as they went over the wire (RFC 6455 §5.2), from what was recorded of it. */

import { bytesOf } from "../words/visible.js";

/**
 * A byte; "unrecorded" where it came and nobody kept it, "missing" where it had not come.
 * @typedef {number | "unrecorded" | "missing"} Octet
 */

/**
 * @typedef {object} Octets
 * @property {Octet[]} first flags and opcode, then MASK and length
 * @property {Octet[]} extended the length behind them, where seven bits are too few
 * @property {Octet[]} key the masking key
 * @property {Octet[]} payload its beginning, as it was sent: masked, if the frame is
 * @property {bigint | null} size of the payload; null where the length had not come
 * @property {number} header bytes before the payload, had they all come
 * @property {number} came bytes of the payload
 */

const FIN = 0x80;
const RSV = /** @type {const} */ ([
  ["rsv1", 0x40],
  ["rsv2", 0x20],
  ["rsv3", 0x10],
]);
const MASK = 0x80;
/** In the second byte, by the bits of the length that follows. */
const ESCAPES = { 16: 126, 64: 127 };

/** @param {import("../types").FrameEvent} frame @param {number} most of the payload @returns {Octets} */
export function octetsOf(frame, most) {
  const { length_bits: bits, extended_length: extended, masking_key: key } = frame;
  const size =
    extended === null ? BigInt(frame.payload_size) : extended ? BigInt(`0x${extended}`) : null;
  let head = frame.opcode | (frame.fin ? FIN : 0);
  for (const [name, bit] of RSV) if (frame[name]) head |= bit;
  const length = bits === 7 ? frame.payload_size : ESCAPES[bits];

  const first = [head, length | (key === null ? 0 : MASK)];
  let at = 0;
  /** The next bytes, so many of which came as the frame's size says. @param {Uint8Array | number[]} known @param {number} of @returns {Octet[]} */
  const next = (known, of) => {
    const start = at;
    at += of;
    return Array.from({ length: of }, (_, i) =>
      start + i >= frame.wire_size ? "missing" : i < known.length ? known[i] : "unrecorded",
    );
  };
  const parts = {
    first: next(first, 2),
    extended: next(hexBytes(extended ?? ""), bits === 7 ? 0 : bits / 8),
    key: next(hexBytes(key ?? ""), key === null ? 0 : 4),
  };
  const header = at;
  const masked = mask(bytesOf(frame.payload.slice(0, most * 4)), hexBytes(key ?? ""));
  const told = Number(size ?? 0);
  return {
    ...parts,
    payload: next(masked, Math.min(most, told)),
    size,
    header,
    came: Math.min(told, Math.max(0, frame.wire_size - header)),
  };
}

/** RFC 6455 §5.3: the same way there and back. @param {Uint8Array} bytes @param {number[]} key */
export const mask = (bytes, key) =>
  key.length === 4 ? bytes.map((byte, i) => byte ^ key[i % 4]) : bytes;

/** As two hex digits, if it is known. @param {Octet} octet */
export const hex = (octet) =>
  typeof octet === "number" ? octet.toString(16).padStart(2, "0") : "··";

/** Its bits, in two halves: one for each hex digit. @param {number} octet */
export const binary = (octet) => octet.toString(2).padStart(8, "0").replace(/^..../, "$& ");

/** @param {string} digits @returns {number[]} */
export const hexBytes = (digits) =>
  Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
