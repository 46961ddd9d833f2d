// @ts-check
/** Bytes as a hex dump beside ASCII, in columns that can be selected apart. */

import { binary } from "./octets.js";
import { texts } from "./texts.js";

/** Bytes that are drawn at once. */
export const DUMPED = 64 * 1024;
/** Bytes between two wider gaps. */
const GROUP = 8;
/** Rows that are laid out together. */
const BLOCK = 64;

/** @typedef {{ offsets: string, hex: string, ascii: string }} Dump */

/** @param {Uint8Array} bytes @param {number} width bytes in a row @param {number} start where they stand @returns {Dump} */
function hexdump(bytes, width, start) {
  const offsets = [];
  const hex = [];
  const ascii = [];
  for (let at = 0; at < bytes.length; at += width) {
    const row = bytes.subarray(at, at + width);
    offsets.push((start + at).toString(16).padStart(4, "0"));
    hex.push(
      Array.from(
        row,
        (byte, i) => (i > 0 && i % GROUP === 0 ? " " : "") + byte.toString(16).padStart(2, "0"),
      ).join(" "),
    );
    ascii.push(
      Array.from(row, (byte) =>
        byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·",
      ).join(""),
    );
  }
  return { offsets: offsets.join("\n"), hex: hex.join("\n"), ascii: ascii.join("\n") };
}

/**
 * Fill the columns, in blocks: those out of view are not laid out.
 * @param {Record<keyof Dump, HTMLElement>} columns @param {Uint8Array} bytes @param {number} width bytes in a row
 */
export function fillDump(columns, bytes, width) {
  const wide = Math.min(width, bytes.length);
  columns.hex.style.width = `${columnOf(wide - 1) + 2}ch`;
  columns.ascii.style.width = `${wide}ch`;
  for (const column of Object.values(columns)) column.replaceChildren();
  const size = BLOCK * width;
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    const dump = hexdump(part, width, at);
    for (const name of /** @type {const} */ (["offsets", "hex", "ascii"])) {
      const block = document.createElement("span");
      block.className = "block";
      block.style.setProperty("--rows", String(Math.ceil(part.length / width)));
      block.textContent = dump[name] + (at + size < bytes.length ? "\n" : "");
      columns[name].append(block);
    }
  }
}

/** Where a byte of a row stands in its line of hex. @param {number} i */
const columnOf = (i) => i * 3 + Math.floor(i / GROUP);

/** Which byte of a row stands there. @param {number} column */
const byteAt = (column) => {
  const group = Math.floor(column / (GROUP * 3 + 1));
  return group * GROUP + Math.min(GROUP - 1, Math.floor((column - columnOf(group * GROUP)) / 3));
};

/**
 * Mark the byte under the pointer in both columns, and say in numbers what it is.
 * @param {HTMLElement} hex @param {HTMLElement} ascii @param {HTMLElement} said
 * @param {() => { bytes: Uint8Array, width: number }} dumped what the columns show now
 */
export function pointAtBytes(hex, ascii, said, dumped) {
  const mark = (/** @type {number} */ at) => {
    const { bytes, width } = dumped();
    const byte = bytes[at];
    said.textContent =
      byte === undefined ? "" : texts.payload.byte(at, bytes.length, byte, binary(byte));
    if (typeof Highlight === "undefined") return;
    CSS.highlights.delete("byte");
    if (byte === undefined) return;
    const row = Math.floor(at / width);
    const column = at % width;
    const [block, line] = [Math.floor(row / BLOCK), row % BLOCK];
    CSS.highlights.set(
      "byte",
      new Highlight(
        range(hex.children[block], line * (columnOf(width - 1) + 3) + columnOf(column), 2),
        range(ascii.children[block], line * (width + 1) + column, 1),
      ),
    );
  };
  for (const column of [hex, ascii]) {
    column.addEventListener("pointermove", ({ clientX, clientY }) => {
      const { bytes, width } = dumped();
      const box = column.getBoundingClientRect();
      const rows = Math.ceil(bytes.length / width);
      const wide = Math.min(width, bytes.length);
      const characters = column === hex ? columnOf(wide - 1) + 2 : wide;
      const row = Math.floor(((clientY - box.top) / box.height) * rows);
      const at = Math.floor(((clientX - box.left) / box.width) * characters);
      mark(row * width + Math.min(wide - 1, column === hex ? byteAt(at) : at));
    });
    column.addEventListener("pointerleave", () => mark(-1));
  }
}

/** @param {Element} block whose only child is its text @param {number} start @param {number} length */
function range(block, start, length) {
  const range = new Range();
  const text = /** @type {Text} */ (block.firstChild);
  range.setStart(text, start);
  range.setEnd(text, start + length);
  return range;
}
