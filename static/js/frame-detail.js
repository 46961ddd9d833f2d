// @ts-check
/** One frame: its header field by field, its payload as text or JSON, its bytes. */

import { copy } from "./copy.js";
import { size, timestamp } from "./format.js";
import { hexdump } from "./hexdump.js";
import { indented } from "./json.js";
import { fact, stamp } from "./stamps.js";
import { texts } from "./texts.js";
import { bytesOf, decode, hexOf, show } from "./visible.js";
import { closeName, isReadable, opcodeName } from "./words.js";

/** @typedef {import("./types").FrameEvent} FrameEvent */

/** @param {FrameEvent} frame @param {number} width bytes in a row of the hex dump @returns {HTMLElement} */
export function frameDetail(frame, width) {
  const { element, slots } = stamp("frame");
  slots.note.hidden = !frame.note;
  show(slots.note, frame.note ?? "");
  fillFields(slots.fields, frame);
  fillPayload(slots, frame, width);
  fact(slots.facts, texts.facts.connection, frame.connection, true);
  fact(slots.facts, texts.facts.time, timestamp(frame.time), true);
  fact(slots.facts, texts.facts.cursor, frame.cursor, true);
  return element;
}

/** RFC 6455 §5.2. @param {HTMLElement} table @param {FrameEvent} frame */
function fillFields(table, frame) {
  const { fields } = texts;
  const row = (
    /** @type {string} */ name,
    /** @type {string} */ value,
    /** @type {string} */ meaning,
    unusual = false,
  ) => {
    const { element, slots } = stamp("field");
    element.dataset.field = name;
    slots.name.textContent = name;
    slots.value.textContent = value;
    slots.meaning.textContent = meaning;
    element.toggleAttribute("data-unusual", unusual);
    table.append(element);
  };
  const masked = frame.masking_key !== null;
  const proper = masked === (frame.direction === "in");
  row("FIN", bit(frame.fin), fields.fin[frame.fin ? 1 : 0], !frame.fin);
  for (const name of /** @type {const} */ (["rsv1", "rsv2", "rsv3"])) {
    const compressed = name === "rsv1" && frame.rsv1 && frame.compressed;
    row(
      name.toUpperCase(),
      bit(frame[name]),
      compressed ? fields.compressed : fields.rsv[frame[name] ? 1 : 0],
      frame[name] && !compressed,
    );
  }
  const meaning = (frame.heartbeat ? fields.heartbeat : fields.opcodes)[frame.opcode];
  row(
    "Opcode",
    `0x${frame.opcode.toString(16)} ${opcodeName(frame.opcode)}`,
    meaning ?? fields.reserved,
    !meaning,
  );
  row("MASK", bit(masked), (proper ? fields.mask : fields.maskWrong)[masked ? 1 : 0], !proper);
  row(
    "Payload length",
    texts.inspector.length(frame.payload_size),
    fields.length[frame.length_bits],
  );
  const { length } = texts.inspector;
  if (frame.masking_key !== null)
    row(
      "Masking key",
      frame.masking_key.replace(/(..)(?=.)/g, "$1 "),
      frame.masking_key ? fields.key : fields.keyMissing,
    );
  const header = headerSize(frame);
  const whole = header + frame.payload_size;
  const partly = frame.wire_size < whole;
  row(
    "On the wire",
    length(frame.wire_size),
    partly ? fields.partly(length(whole)) : fields.wire(length(header)),
    partly,
  );
  if (frame.message)
    row("Message", length(frame.message.size), fields.inflated[frame.opcode === 0 ? 0 : 1]);
}

/** The payload as text or JSON: of a compressed message what it was before. @param {Record<string, HTMLElement>} slots @param {FrameEvent} frame @param {number} width */
function fillPayload(slots, frame, width) {
  const whole = frame.message?.size ?? frame.payload_size;
  const bytes = bytesOf((frame.message ?? frame).payload);
  slots.payload.textContent = frame.message ? texts.inspector.message : texts.inspector.payload;
  slots.length.textContent = frame.message ? texts.inspector.inflated(whole) : size(whole);
  slots.cut.hidden = bytes.length >= whole;
  const came = Math.max(0, frame.wire_size - headerSize(frame));
  const partly = !frame.message && came < whole && bytes.length >= came;
  slots.cut.textContent = (partly ? texts.inspector.partly : texts.inspector.cut)(
    bytes.length,
    whole,
  );
  const sent = frame.message ? bytesOf(frame.payload) : null;
  fillBytes(slots, bytes, sent, frame.payload_size, width);
  if (bytes.length === 0) {
    slots.text.textContent = whole
      ? ""
      : frame.message
        ? texts.inspector.emptyMessage
        : texts.inspector.noPayload;
    slots.text.classList.add("none");
    slots["copy-text"].hidden = true;
    return;
  }
  const readable = isReadable(frame, bytes);
  const close = frame.opcode === 8 && bytes.length > 1;
  const text = close ? closeText(bytes) : decode(bytes);
  const json = readable && bytes.length === whole ? indented(text) : null;
  const as = (/** @type {string} */ shown) => show(slots.text, shown, true);
  slots["copy-text"].hidden = !readable && !close;
  slots.segments.hidden = json === null;
  if (readable || close) as(json ?? text);
  else {
    slots.text.textContent =
      frame.compressed && !frame.message ? texts.inspector.part : texts.inspector.notText;
    slots.text.classList.add("none");
  }
  either(slots["as-json"], slots["as-text"], (first) => as((first && json) || text));
  slots["copy-text"].addEventListener("click", () => copy(slots["copy-text"], text));
}

/**
 * The bytes: of a compressed message those it was before, and those that were sent.
 * @param {Record<string, HTMLElement>} slots @param {Uint8Array} bytes
 * @param {Uint8Array | null} sent what they were inflated from, as far as it was recorded @param {number} size and how many that were
 * @param {number} width
 */
function fillBytes(slots, bytes, sent, size, width) {
  let shown = bytes;
  const dump = (/** @type {boolean} */ inflated) => {
    shown = inflated || !sent ? bytes : sent;
    slots["sent-cut"].hidden = inflated || shown.length >= size;
    const { offsets, hex, ascii } = hexdump(shown, width);
    slots.offsets.textContent = offsets;
    slots.hex.textContent = hex;
    slots.ascii.textContent = ascii;
  };
  slots.bytes.hidden = bytes.length === 0 && !sent?.length;
  slots["byte-segments"].hidden = sent === null || bytes.length === 0;
  slots["sent-cut"].textContent = sent ? texts.inspector.cut(sent.length, size) : "";
  slots["copy-hex"].addEventListener("click", () => copy(slots["copy-hex"], hexOf(shown)));
  either(slots["as-inflated"], slots["as-sent"], dump);
  dump(bytes.length > 0);
}

/** Two buttons of which one is pressed. @param {HTMLElement} one @param {HTMLElement} other @param {(first: boolean) => void} chosen */
function either(one, other, chosen) {
  for (const button of [one, other]) {
    button.addEventListener("click", () => {
      one.setAttribute("aria-pressed", String(button === one));
      other.setAttribute("aria-pressed", String(button === other));
      chosen(button === one);
    });
  }
}

/** @param {boolean} set */
const bit = (set) => (set ? "1" : "0");

/** RFC 6455 §5.5.1: a two-byte code, then a reason. @param {Uint8Array} bytes */
function closeText(bytes) {
  const reason = decode(bytes.subarray(2));
  return closeName(bytes[0] * 256 + bytes[1]) + (reason ? `\n${reason}` : "");
}

/** RFC 6455 §5.2: two bytes, the extended length, the masking key. @param {FrameEvent} frame */
function headerSize({ length_bits: bits, masking_key: key }) {
  return 2 + (bits > 7 ? bits / 8 : 0) + (key === null ? 0 : 4);
}
