// @ts-check
/** Bytes into text in which nothing is hidden: controls, bidirectional marks, broken UTF-8. */

// The same characters as in webapp/printable.py.
const HIDDEN =
  String.raw`\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202e` +
  String.raw`\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb` +
  String.raw`\ud800-\udfff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}`;
const INVISIBLE = new RegExp(`[\\x00-\\x1f${HIDDEN}]+`, "gu");
const INVISIBLE_BUT_LINES = new RegExp(`[\\x00-\\x08\\x0b-\\x1f${HIDDEN}]+`, "gu");
const SHORT = /** @type {Record<number, string>} */ ({ 0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r" });

const DIGITS = "0123456789abcdef";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} base64 @returns {Uint8Array} */
export function bytesOf(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Bytes as hex pairs. @param {Uint8Array} bytes */
export function hexOf(bytes) {
  // A search looks through millions of bytes: written as ASCII they are text in no time.
  const written = new Uint8Array(bytes.length * 3).fill(0x20);
  for (let i = 0; i < bytes.length; i += 1) {
    written[i * 3] = DIGITS.charCodeAt(bytes[i] >> 4);
    written[i * 3 + 1] = DIGITS.charCodeAt(bytes[i] & 15);
  }
  return strict.decode(written.subarray(0, -1));
}

/** Whether the bytes are UTF-8 from first to last. @param {Uint8Array} bytes */
export function isUtf8(bytes) {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Decode UTF-8; a byte that is none becomes the lone surrogate U+DC00 + byte, which `visible` shows as \xNN.
 * @param {Uint8Array} bytes
 */
export function decode(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

/** @param {Uint8Array} bytes */
function decodeBroken(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const length =
      bytes[i] < 0x80
        ? 1
        : bytes[i] < 0xc2
          ? 0
          : bytes[i] < 0xe0
            ? 2
            : bytes[i] < 0xf0
              ? 3
              : bytes[i] < 0xf5
                ? 4
                : 0;
    const part = bytes.subarray(i, i + length);
    if (length === 1) text += String.fromCharCode(bytes[i++]);
    else if (length > 0 && part.length === length && isUtf8(part)) {
      text += strict.decode(part);
      i += length;
    } else {
      text += String.fromCharCode(0xdc00 + bytes[i]);
      i += 1;
    }
  }
  return text;
}

/** Show what one would not see; `lines` leaves tabs and line ends as they are. @param {string} text */
export const visible = (text, lines = false) =>
  text.replace(lines ? INVISIBLE_BUT_LINES : INVISIBLE, escaped);

/**
 * Put text into an element so that its escapes can be told from what was sent.
 * @param {Element} element @param {string} text
 */
export function show(element, text, lines = false) {
  const parts = pieces(text, lines);
  if (!parts.some(({ hidden }) => hidden)) {
    if (element.textContent !== text || element.firstElementChild) element.textContent = text;
    return;
  }
  const shown = document.createDocumentFragment();
  for (const { hidden, words } of parts) {
    if (!hidden) {
      shown.append(words);
      continue;
    }
    const mark = document.createElement("span");
    mark.className = "escape";
    mark.textContent = words;
    shown.append(mark);
  }
  element.replaceChildren(shown);
}

/** Text as it is shown: what would be hidden as its escape, and what was sent as it is. @param {string} text */
export function pieces(text, lines = false) {
  const pattern = lines ? INVISIBLE_BUT_LINES : INVISIBLE;
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > from) parts.push({ hidden: false, words: text.slice(from, found.index) });
    parts.push({ hidden: true, words: escaped(found[0]) });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ hidden: false, words: text.slice(from) });
  return parts;
}

/** @param {string} characters */
const escaped = (characters) => Array.from(characters, escapedOne).join("");

/** @param {string} character */
function escapedOne(character) {
  const code = character.codePointAt(0) ?? 0;
  if (SHORT[code]) return SHORT[code];
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  const digits = code.toString(16).padStart(4, "0");
  return code < 0x10000 ? `\\u${digits}` : `\\u{${digits}}`;
}
