// @ts-check
/** One frame: drawn as it was on the wire, its fields explained, its payload. */

import { texts as connectionTexts } from "../connection/texts.js";
import { mountFolds } from "../page/folds.js";
import { fact, stamp } from "../page/stamps.js";
import { timestamp } from "../words/format.js";
import { show } from "../words/visible.js";
import { anatomy } from "./anatomy.js";
import { draw } from "./drawing.js";
import { explain } from "./explained.js";
import { hexBytes, octetsOf } from "./octets.js";
import { fillPayload } from "./payload.js";
import { mountPointing } from "./pointing.js";
import { texts } from "./texts.js";
import { reading, UNMASKED, unmask } from "./unmasking.js";

/** @typedef {import("../types").FrameEvent} FrameEvent */

/** @param {FrameEvent} frame @param {number} width bytes in a row of the hex dump @returns {HTMLElement} */
export function frameDetail(frame, width) {
  const { element, slots } = stamp("frame");
  const octets = octetsOf(frame, UNMASKED);
  const fields = anatomy(frame, octets);
  slots.note.hidden = !frame.note;
  show(slots.note, frame.note ?? "");
  element.dataset.direction = frame.direction;
  fillSize(slots.size, frame, octets);
  draw(slots.drawing, fields, octets.first);
  explain(slots.fields, fields);
  fillUnmasking(slots, frame, octets);
  fillPayload(slots, frame, octets, width);
  fact(slots.facts, connectionTexts.facts.connection, frame.connection, true);
  fact(slots.facts, connectionTexts.facts.time, timestamp(frame.time), true);
  fact(slots.facts, connectionTexts.facts.cursor, frame.cursor, true);
  mountFolds(element);
  mountPointing(element);
  return element;
}

/** @param {HTMLElement} element @param {FrameEvent} frame @param {import("./octets.js").Octets} octets */
function fillSize(element, { wire_size: came }, { header, size }) {
  const whole = size === null ? null : BigInt(header) + size;
  const all = whole !== null && BigInt(came) >= whole;
  element.textContent = all
    ? texts.anatomy.whole(header, /** @type {bigint} */ (size))
    : texts.anatomy.part(came, whole);
  element.toggleAttribute("data-short", !all);
}

/** RFC 6455 §5.3, where there is something to unmask. @param {Record<string, HTMLElement>} slots @param {FrameEvent} frame @param {import("./octets.js").Octets} octets */
function fillUnmasking(slots, frame, { payload }) {
  const key = hexBytes(frame.masking_key ?? "");
  const sent = payload.filter((octet) => typeof octet === "number");
  slots.unmasking.hidden = key.length < 4 || sent.length === 0;
  if (slots.unmasking.hidden) return;
  const bytes = sent.map((byte, i) => byte ^ key[i % 4]);
  const ended = bytes.length === frame.payload_size;
  const { opcode, compressed } = frame;
  // What is compressed reads as nothing.
  const reads = compressed
    ? []
    : opcode === 2
      ? bytes.map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"))
      : opcode === 8 && bytes.length > 1
        ? [String(bytes[0] * 256 + bytes[1]), "", ...reading(bytes.slice(2), ended)]
        : reading(bytes, ended);
  unmask(slots.unmasked, slots.bitwise, sent, key, reads);
}
