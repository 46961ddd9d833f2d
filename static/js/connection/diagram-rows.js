// @ts-check
/** What a sequence diagram shows of a connection, row by row; nothing of how it is drawn. */

import { duration } from "../words/format.js";
import {
  absence,
  endingWords,
  flags,
  isControl,
  mark,
  opcodeName,
  preview,
} from "../words/words.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Event} Event */
/** @typedef {import("../types").FrameEvent} FrameEvent */
/** @typedef {import("../types").NotedEvent} NotedEvent */

/**
 * @typedef {object} Row
 * @property {string} key what tells it from the others
 * @property {"arrow" | "note" | "silence" | "omitted" | "end"} kind
 * @property {number | null} time
 * @property {number} [silence] how long it was, in microseconds
 * @property {"in" | "out"} [way]
 * @property {"data" | "control" | "handshake" | "wrong"} [looks]
 * @property {string} [what] the opcode, or what else an arrow is
 * @property {string} [text]
 * @property {string} [flags]
 * @property {string} [aside]
 * @property {string | null} [note]
 * @property {FrameEvent} [frame]
 */
/**
 * @typedef {object} Known
 * @property {import("../feed/story.js").Story} story
 * @property {import("../types").Began | undefined} began
 * @property {import("../types").Row | undefined} row
 * @property {boolean} earlier whether it was of an earlier run of the server
 * @property {number} now the server's time
 */
/**
 * @typedef {object} Drawn
 * @property {Row[]} rows
 * @property {string} from the first of the newest that are drawn, by its cursor
 * @property {number} later how many are not drawn because they came later
 */

/** So many of the newest frames are drawn, */
const NEWEST = 60;
/** and so many while somebody reads, who is not to lose what is being read. */
const MOST = 200;
/** What is silence between two frames, in microseconds. */
const SILENCE = 1e6;

/**
 * The rows of a diagram: the handshake, the first frames, the newest ones, the end.
 * @param {Known} known @param {string} from with which frame to start the newest, by its cursor; "" where nobody reads
 * @returns {Drawn | null} null where that is no longer known
 */
export function rowsOf(known, from) {
  const { story, row, now } = known;
  const first = story.first.filter(isDrawn);
  const newest = story.newest.filter(isDrawn);
  const gap = !story.exact || story.missing > 0;
  const start =
    from === ""
      ? Math.max(0, newest.length - NEWEST)
      : newest.findIndex(({ cursor }) => cursor === from);
  if (start < 0) return null;
  const end = from === "" ? newest.length : Math.min(newest.length, start + MOST);
  const shown = newest.slice(start, end);
  const rows = handshake(known);
  follow(rows, first.map(rowOf));
  if (gap || start > 0) {
    const left = story.missing + start;
    const least = Math.max(
      left,
      story.exact ? 0 : leastOf(row, [...first, ...newest.slice(start)]),
    );
    if (story.state === "known")
      rows.push(plain("omitted", null, texts.diagram.omitted(least, story.exact)));
  }
  follow(rows, shown.map(rowOf));
  const over = ends(known);
  if (end === newest.length) follow(rows, over);
  const open = row && !row.ending && !row.refusal && !over.length;
  // What has come may be known before the list knows of it.
  const quiet = open ? now - Math.max(row.quiet_since, newest.at(-1)?.time ?? 0) : 0;
  if (quiet > SILENCE && end === newest.length)
    rows.push({ key: "now", kind: "silence", time: null, silence: quiet });
  return { rows, from: shown[0]?.cursor ?? "", later: newest.length - end };
}

/** Put rows behind others, and the silence between them. @param {Row[]} rows @param {Row[]} more */
function follow(rows, more) {
  for (const row of more) {
    const before = rows.at(-1);
    const silence =
      before && before.time !== null && row.time !== null ? row.time - before.time : 0;
    // RFC 6455 §7.1.1: the closing handshake is done, and TCP is still to be closed.
    const key = row.kind === "end" && before?.what === "close" ? "closed" : `before ${row.key}`;
    const lost = silence > SILENCE ? pingsBetween(rows, row) : 0;
    if (lost > 0)
      rows.push(plain("omitted", null, texts.diagram.pingsLost(lost, duration(silence)), key));
    else if (silence > SILENCE) rows.push({ key, kind: "silence", time: null, silence });
    rows.push(row);
  }
}

/** How many of the server's own pings, which it numbers, have passed before this one and are no longer known: of heartbeats only some are kept. @param {Row[]} rows @param {Row} row */
function pingsBetween(rows, row) {
  const number = numberOf(row);
  if (number === null) return 0;
  const before = [...rows].reverse().find((other) => numberOf(other) !== null);
  return number - ((before && numberOf(before)) ?? 0) - 1;
}

/** @param {Row} row */
const numberOf = ({ what, way, text }) =>
  what === "ping" && way === "out" && /^\d+$/.test(text ?? "") ? Number(text) : null;

/** RFC 6455 §4. @param {Known} known @returns {Row[]} */
function handshake({ began, row }) {
  if (!began) return [];
  const { time } = began;
  const request = began.request.line || texts.diagram.unread;
  const asks = { key: "request", kind: "arrow", time, way: "in", looks: "handshake" };
  const answers = { key: "response", kind: "arrow", time, way: "out", looks: "handshake" };
  const [method, ...rest] = request.split(" ");
  const agreed =
    began.kind === "opened"
      ? [began.subprotocol, row?.extension ?? began.extensions.join(", ")]
      : [];
  const told =
    began.kind === "refused"
      ? { what: String(began.refusal.status), text: began.refusal.reason, looks: "wrong" }
      : { what: "101", text: agreed.filter(Boolean).join(" · ") || texts.diagram.switching };
  return /** @type {Row[]} */ ([
    { ...asks, what: method, text: rest.join(" ") },
    { ...answers, ...told },
  ]);
}

/** @param {FrameEvent | NotedEvent} event @returns {Row} */
function rowOf(event) {
  if (event.kind === "noted") return plain("note", event.time, event.text, event.cursor);
  return {
    key: event.cursor,
    kind: "arrow",
    time: event.time,
    way: event.direction,
    looks: event.note ? "wrong" : isControl(event.opcode) ? "control" : "data",
    what: opcodeName(event.opcode),
    text: preview(event) || absence(event),
    flags: flags(event).join(" "),
    aside: mark(event),
    note: event.note,
    frame: event,
  };
}

/** @param {Known} known @returns {Row[]} */
function ends({ story, began, row, earlier }) {
  if (began?.kind === "refused") return [plain("end", null, texts.diagram.refused)];
  const closed = [...story.first, ...story.newest].filter(isEnd).at(-1);
  // The list may know of it before what led to it has come.
  const awaited = story.state === "known" && story.first.length + story.newest.length > 0;
  const ending = closed?.kind === "closed" ? closed : awaited ? null : row?.ending;
  const time = closed?.time ?? row?.closed ?? null;
  if (ending) return [plain("end", time, texts.diagram.ended(endingWords(ending)))];
  return earlier ? [plain("end", null, texts.diagram.earlier)] : [];
}

/** @param {"note" | "omitted" | "end"} kind @param {number | null} time @param {string} text @returns {Row} */
const plain = (kind, time, text, key = /** @type {string} */ (kind)) => ({ key, kind, time, text });

/** @param {Event} event @returns {event is FrameEvent | NotedEvent} */
const isDrawn = (event) => event.kind === "frame" || event.kind === "noted";

/** @param {Event} event */
const isEnd = (event) => event.kind === "closed";

/** Each message takes a frame at least. @param {import("../types").Row | undefined} row @param {Event[]} drawn */
function leastOf(row, drawn) {
  const whole = drawn.filter(
    (event) => event.kind === "frame" && event.fin && !isControl(event.opcode),
  );
  return row ? Math.max(0, row.messages_in + row.messages_out - whole.length) : 0;
}
