// @ts-check
/** Bytes as a hex dump beside ASCII, in columns that can be selected apart. */

/**
 * @param {Uint8Array} bytes @param {number} width bytes in a row
 * @returns {{ offsets: string, hex: string, ascii: string }}
 */
export function hexdump(bytes, width) {
  const offsets = [];
  const hex = [];
  const ascii = [];
  for (let at = 0; at < bytes.length; at += width) {
    const row = bytes.subarray(at, at + width);
    offsets.push(at.toString(16).padStart(4, "0"));
    hex.push(
      Array.from(
        row,
        (byte, i) => (i > 0 && i % 8 === 0 ? " " : "") + byte.toString(16).padStart(2, "0"),
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
