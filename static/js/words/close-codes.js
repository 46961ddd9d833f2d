// @ts-check
/** Close codes in words, from the table that the page has for people to read. */

/** @typedef {{ first: number, last: number, name: string, sentence: string, clause: string }} CloseCode */

/** @type {CloseCode[] | undefined} */ let table;

/** What is known of a close code, if two bytes can hold it. @param {number} code @returns {CloseCode | undefined} */
export function closeCode(code) {
  table ??= [...document.querySelectorAll("#close-codes [data-code]")].map(read);
  return table.find(({ first, last }) => code >= first && code <= last);
}

/** A close code and its meaning, side by side. @param {number} code */
export const closeName = (code) => `${code} ${closeCode(code)?.name}`;

/** @param {Element} row @returns {CloseCode} */
function read(row) {
  const words = (/** @type {string} */ selector) =>
    row.querySelector(selector)?.textContent?.trim() ?? "";
  const [first, last = first] = (row.getAttribute("data-code") ?? "").split("-").map(Number);
  const clause = words(".clause");
  return {
    first,
    last,
    name: words("dt span"),
    sentence: words("dd").slice(0, -clause.length).trim(),
    clause,
  };
}
