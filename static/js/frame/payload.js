// @ts-check
/** A payload as text, as JSON and as bytes, of which one is shown; copied with one press. */

import { copy } from "../page/copy.js";
import { recall, remember } from "../page/remembered.js";
import { closeCode, closeName } from "../words/close-codes.js";
import { size } from "../words/format.js";
import { bytesOf, decode, hexOf, isUtf8, show } from "../words/visible.js";
import { isReadable } from "../words/words.js";
import { DUMPED, fillDump, pointAtBytes } from "./hexdump.js";
import { indented, parsed } from "./json.js";
import { JsonTree } from "./json-tree.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").FrameEvent} FrameEvent */
/** @typedef {"json" | "text" | "hex" | "deflated"} View */

const VIEWS = /** @type {const} */ (["text", "json", "hex", "deflated"]);
/** Bytes by which it is judged whether they are text, where the opcode does not say. */
const JUDGED = 4096;
/** Characters that are drawn at once: more take the page too long. */
const WRITTEN = 32 * 1024;

/**
 * Fill the part of a frame that shows its payload: of a compressed message what it was before.
 * @param {Record<string, HTMLElement>} slots @param {FrameEvent} frame @param {import("./octets.js").Octets} octets
 * @param {number} width bytes in a row of the hex dump
 */
export function fillPayload(slots, frame, { came, size: announced }, width) {
  const said = texts.payload;
  const whole = frame.message?.size ?? frame.payload_size;
  const bytes = bytesOf((frame.message ?? frame).payload);
  const deflated = frame.message ? bytesOf(frame.payload) : null;
  const readable = isReadable(frame, bytes.subarray(0, JUDGED));
  const close = frame.opcode === 8 && bytes.length > 1;
  const legible =
    close || (bytes.length > 0 && (readable || (frame.opcode === 2 && isUtf8(bytes))));
  const text = legible ? decode(close ? bytes.subarray(2) : bytes) : "";
  const json = legible && !close && bytes.length === whole ? parsed(text) : null;

  slots["title-payload"].textContent = frame.message ? said.message : said.title;
  slots.length.textContent = frame.message ? said.inflated(whole) : size(whole);
  slots.absent.textContent =
    bytes.length || whole
      ? frame.compressed && !frame.message
        ? said.part
        : ""
      : frame.message
        ? said.emptyMessage
        : said.noPayload;
  slots.absent.hidden = !slots.absent.textContent;

  const cut = {
    inflated:
      bytes.length >= whole
        ? ""
        : !frame.message && announced !== null && came < announced && bytes.length >= came
          ? said.partly(bytes.length, announced)
          : said.cut(bytes.length, whole),
    deflated:
      deflated && deflated.length < frame.payload_size
        ? said.cut(deflated.length, frame.payload_size)
        : "",
  };
  const dump = dumping(slots, width);
  /** @type {Record<View, () => void>} */
  const fill = {
    text: once(() => {
      if (close) fillClose(slots, bytes[0] * 256 + bytes[1], text);
      else write(slots.text, slots["more-text"], text);
    }),
    json: once(() => json && grow(slots, text, json)),
    hex: () => dump(bytes),
    deflated: () => dump(deflated ?? bytes),
  };
  const offered = {
    text: legible,
    json: json !== null,
    hex: bytes.length > 0,
    deflated: (deflated?.length ?? 0) > 0,
  };
  /** @type {View} */
  let view = "hex";
  const look = (/** @type {View} */ chosen) => {
    view = chosen;
    fill[view]();
    slots.reading.hidden = view !== "text" || close;
    slots.close.hidden = view !== "text" || !close;
    slots.json.hidden = slots.folding.hidden = view !== "json";
    slots.bytes.hidden = view !== "hex" && view !== "deflated";
    const missing = view === "deflated" ? cut.deflated : cut.inflated;
    slots.cut.hidden = !missing;
    slots.cut.textContent = missing;
    for (const name of VIEWS)
      slots[`as-${name}`].setAttribute("aria-pressed", String(name === view));
  };
  const views = VIEWS.filter((name) => offered[name]);
  for (const name of VIEWS) {
    slots[`as-${name}`].hidden = !offered[name];
    slots[`as-${name}`].addEventListener("click", () => {
      remember("payload", name);
      look(name);
    });
  }
  slots.segments.hidden = views.length < 2;
  slots.copies.hidden = views.length === 0;
  if (views.length) look(usual(offered, readable || close));
  else slots.cut.textContent = cut.inflated;
  if (!views.length) slots.cut.hidden = !cut.inflated;

  slots["copy-text"].hidden = !legible || text === "";
  slots["copy-json"].hidden = json === null;
  const copied = {
    text: () => text,
    json: () => indented(text) ?? text,
    hex: () => hexOf((view === "deflated" && deflated) || bytes),
    base64: () => (view === "deflated" || !frame.message ? frame.payload : frame.message.payload),
  };
  for (const [name, what] of Object.entries(copied)) {
    const button = slots[`copy-${name}`];
    button.addEventListener("click", () => copy(button, what()));
  }
}

/** What was looked at the last time; else JSON, text or bytes, whichever says most. @param {Record<View, boolean>} offered @param {boolean} readable @returns {View} */
function usual(offered, readable) {
  const last = recall("payload");
  const chosen = VIEWS.find((name) => name === last && offered[name]);
  if (chosen) return chosen;
  if (readable && last !== "hex" && last !== "deflated") {
    if (offered.json) return "json";
    if (offered.text) return "text";
  }
  return offered.hex ? "hex" : "deflated";
}

/** @param {Record<string, HTMLElement>} slots @param {number} code @param {string} reason */
function fillClose(slots, code, reason) {
  const meaning = closeCode(code);
  slots.code.textContent = closeName(code);
  slots.sentence.textContent = meaning?.sentence ?? "";
  slots.clause.textContent = meaning?.clause ?? "";
  slots.reason.classList.toggle("wire", reason !== "");
  show(slots.reason, reason || texts.payload.noReason);
}

/** Write a text, and what is too long of it once that is asked for. @param {HTMLElement} into @param {HTMLElement} more @param {string} text */
function write(into, more, text) {
  // Not within a character that takes two places.
  const end =
    text.length > WRITTEN && /[\ud800-\udbff]/.test(text[WRITTEN - 1]) ? WRITTEN - 1 : WRITTEN;
  show(into, text.slice(0, end), true);
  more.hidden = text.length <= end;
  more.textContent = more.hidden ? "" : texts.payload.rest;
  more.addEventListener("click", () => {
    show(into, text, true);
    more.hidden = true;
    into.focus();
  });
}

/** @param {Record<string, HTMLElement>} slots @param {string} text @param {import("./json.js").Json} json */
function grow(slots, text, json) {
  const tree = new JsonTree(text, json);
  slots.tree.replaceChildren(tree.element);
  slots.expand.addEventListener("click", () => {
    slots.bounded.textContent = tree.expand();
    slots.bounded.hidden = !slots.bounded.textContent;
  });
  slots.collapse.addEventListener("click", () => {
    tree.collapse();
    slots.bounded.hidden = true;
  });
}

/** @param {Record<string, HTMLElement>} slots @param {number} width @returns {(bytes: Uint8Array) => void} */
function dumping(slots, width) {
  /** @type {Uint8Array} */
  let all = new Uint8Array();
  let drawn = 0;
  const { offsets, hex, ascii } = slots;
  const draw = (/** @type {number} */ most) => {
    drawn = Math.min(all.length, most);
    fillDump({ offsets, hex, ascii }, all.subarray(0, drawn), width);
    slots["more-bytes"].hidden = drawn >= all.length;
    slots["more-bytes"].textContent = texts.payload.more(Math.min(DUMPED, all.length - drawn));
  };
  slots["more-bytes"].addEventListener("click", () => draw(drawn + DUMPED));
  pointAtBytes(hex, ascii, slots.byte, () => ({
    bytes: all.subarray(0, drawn),
    width,
  }));
  return (bytes) => {
    if (bytes === all) return;
    all = bytes;
    draw(DUMPED);
  };
}

/** @param {() => void} draw @returns {() => void} */
function once(draw) {
  let drawn = false;
  return () => {
    if (!drawn) draw();
    drawn = true;
  };
}
