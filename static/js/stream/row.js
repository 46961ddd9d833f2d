// @ts-check
/** One line of the stream, written into its row. */

import { isEarlier } from "../feed/picture.js";
import { stamp, write } from "../page/stamps.js";
import { shortId, size } from "../words/format.js";
import { texts as wordsTexts } from "../words/texts.js";
import { show, visible } from "../words/visible.js";
import { absence, flags, mark as markOf, opcodeName } from "../words/words.js";
import { previewOf } from "./filter.js";
import { texts } from "./texts.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("../page/stamps.js").Stamped} Stamped */

/** @returns {Stamped} */
export function makeRow() {
  const row = stamp("line");
  row.element.classList.add("placed");
  return row;
}

/**
 * @param {Stamped} row @param {Line} line @param {number} index
 * @param {{ times: import("./times.js").Times, chosen: Line | null, run: string | null }} view
 */
export function fillRow({ element, slots }, line, index, { times, chosen, run }) {
  const { event } = line;
  const frame = event?.kind === "frame" ? event : null;
  element.id = `line-${line.number}`;
  element.setAttribute("aria-rowindex", String(index + 2));
  element.setAttribute("aria-selected", String(line === chosen));
  Object.assign(element.dataset, {
    kind: event?.kind ?? "gap",
    connection: event?.connection ?? "",
    cursor: event?.cursor ?? "",
  });
  mark(element, "gap", line.gap);
  mark(element, "direction", frame?.direction);
  mark(element, "opcode", frame && opcodeName(frame.opcode));
  mark(element, "noted", frame?.note && "violation");
  mark(element, "heartbeat", frame?.heartbeat && "yes");
  const time = event && times.of(event);
  write(slots.time, time ? time.words : "");
  slots.time.title = time ? time.full : "";
  write(slots.id, event ? shortId(event.connection) : "");
  const earlier = event !== null && isEarlier(event.connection, run);
  mark(element, "run", earlier && "earlier");
  slots.id.title = event ? (earlier ? texts.earlierRun(event.connection) : event.connection) : "";
  write(slots.direction, frame ? wordsTexts.frame.direction[frame.direction] : "");
  write(slots.opcode, frame ? opcodeName(frame.opcode) : event ? texts.kinds[event.kind] : "");
  write(slots.size, frame ? size(frame.wire_size) : "");
  slots.size.title = frame ? texts.sizes(frame.wire_size, frame.payload_size) : "";
  write(slots.flags, frame ? flags(frame).join(" ") : "");
  const preview = previewOf(line);
  const nothing = frame !== null && preview === "";
  show(slots.preview, nothing ? absence(frame) : preview);
  slots.preview.title = visible(preview);
  mark(element, "payload", nothing && "none");
  write(slots.mark, frame ? markOf(frame) : "");
  show(slots.note, frame?.note ?? "");
  slots.note.title = frame?.note ?? "";
}

/** @param {HTMLElement} element @param {string} name @param {string | null | undefined | false} value */
function mark(element, name, value) {
  if (value) element.dataset[name] = value;
  else delete element.dataset[name];
}
