// @ts-check
/** The first bytes of a masked payload: as they were sent, the masking key over them, what that makes. */

import { stamp } from "../page/stamps.js";
import { decode, show } from "../words/visible.js";
import { binary, hex, mask } from "./octets.js";
import { rove } from "./pointing.js";
import { texts } from "./texts.js";

/** How many bytes are taken apart. */
export const UNMASKED = 8;
const SPACE = "␣";

/**
 * @param {HTMLElement} table @param {HTMLElement} bitwise where one byte is shown bit by bit
 * @param {number[]} sent @param {number[]} key @param {string[]} reads what each byte is, or is part of
 */
export function unmask(table, bitwise, sent, key, reads) {
  const payload = [...mask(Uint8Array.from(sent), key)];
  const { unmasking: said } = texts;
  const places = document.createElement("tr");
  places.append(document.createElement("td"));
  for (const i of sent.keys()) {
    const { element, slots } = stamp("unmasked-place");
    slots.place.textContent = String(i);
    slots.place.setAttribute("aria-label", said.byte(i));
    element.dataset.place = String(i);
    places.append(element);
  }
  const head = table.querySelector("thead");
  const body = table.querySelector("tbody");
  head?.append(places);
  body?.append(
    row(said.sent, sent.map(hex), "payload"),
    row(
      said.key,
      sent.map((_, i) => hex(key[i % 4])),
      "key",
    ),
    row(said.payload, payload.map(hex), ""),
    ...(reads.length ? [characters(reads)] : []),
  );
  const point = (/** @type {number} */ at) => {
    for (const cell of table.querySelectorAll("[data-place]")) {
      if (!(cell instanceof HTMLElement)) continue;
      const from = Number(cell.dataset.place);
      const to = from + (cell instanceof HTMLTableCellElement ? cell.colSpan : 1);
      cell.toggleAttribute("data-at", from <= at && at < to);
    }
    const [a, b, c] = [sent[at], key[at % 4], payload[at]].map(binary);
    const parts = stamp("bitwise");
    parts.slots.sent.textContent = a;
    parts.slots.key.textContent = b;
    parts.slots.payload.textContent = c;
    bitwise.replaceChildren(parts.element);
  };
  const at = (/** @type {Event} */ { target }) => {
    const cell = target instanceof Element ? target.closest("[data-place]") : null;
    if (cell instanceof HTMLElement) point(Number(cell.dataset.place));
  };
  for (const kind of ["pointerover", "focusin"]) table.addEventListener(kind, at);
  rove(table);
  point(0);
}

/** @param {string} name @param {string[]} values @param {string} field whose bytes they are */
function row(name, values, field) {
  const { element, slots } = stamp("unmasked");
  slots.name.textContent = name;
  if (field) element.dataset.field = field;
  element.append(...values.map((value, i) => place(value, i)));
  return element;
}

/** @param {string[]} reads a character stands with its first byte, and nothing with the others */
function characters(reads) {
  const { element, slots } = stamp("unmasked");
  slots.name.textContent = texts.unmasking.reads;
  for (const [i, character] of reads.entries()) {
    if (!character) continue;
    const cell = place("", i);
    let end = i + 1;
    while (end < reads.length && !reads[end]) end += 1;
    if (end - i > 1) cell.colSpan = end - i;
    show(cell, character);
    element.append(cell);
  }
  return element;
}

/** @param {string} value @param {number} at */
function place(value, at) {
  const cell = document.createElement("td");
  cell.textContent = value;
  cell.dataset.place = String(at);
  return cell;
}

/** What the bytes read as: characters of UTF-8, each with its first byte. @param {number[]} bytes @param {boolean} ended whether these are all */
export function reading(bytes, ended) {
  /** @type {string[]} */
  const reads = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes[at] < 0x80 ? 1 : bytes[at] < 0xe0 ? 2 : bytes[at] < 0xf0 ? 3 : 4;
    const part = bytes.slice(at, at + size);
    const text = decode(Uint8Array.from(part));
    const whole = [...text].length === 1 && !(text >= "\udc80" && text <= "\udcff");
    const cut = !ended && part.length < size;
    const length = whole || cut ? part.length : 1;
    reads.push(whole ? text.replace(" ", SPACE) : cut ? "…" : "·", ...Array(length - 1).fill(""));
    at += length;
  }
  return reads;
}
