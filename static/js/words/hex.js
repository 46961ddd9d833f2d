// @ts-check
/** Bytes as somebody types them: pairs of hex digits, however they are spaced or marked. */

/** @typedef {{ bytes: Uint8Array<ArrayBuffer> } | { wrong: string }} Read wrong: the piece that is no bytes */

// As in the source of most languages: { 0x00, 0xff }, "\x00\xff", 00:ff, 00-ff.
const MARKS = /\\x|\b0x/gi;
// Only the mark says of a digit that it is not half of a pair.
const MARKED_DIGIT = /(\\x|\b0x)(?=[0-9a-f](?![0-9a-z]))/gi;
const BETWEEN = /[\s,;:{}[\]()"'-]+/;

/** One digit alone is a byte only behind a mark. @param {string} text @returns {Read} */
export function readHex(text) {
  /** @type {number[]} */
  const bytes = [];
  for (const digits of text.replace(MARKED_DIGIT, " 0").replace(MARKS, " ").split(BETWEEN)) {
    if (/[^0-9a-f]/i.test(digits) || digits.length % 2) return { wrong: digits };
    for (const pair of digits.match(/..?/g) ?? []) bytes.push(Number.parseInt(pair, 16));
  }
  return { bytes: Uint8Array.from(bytes) };
}
