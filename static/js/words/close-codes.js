// @ts-check
/** Close codes in words, from the table that the page has for people to read. */

/**
 * What a close code means, if the table has it.
 * @param {number} code @returns {{ sentence: string, clause: string } | null}
 */
export function closeCode(code) {
  for (const row of document.querySelectorAll("#close-codes [data-code]")) {
    if (!(row instanceof HTMLElement)) continue;
    const [least, most = least] = (row.dataset.code ?? "").split("-").map(Number);
    const meaning = row.querySelector("dd");
    if (code < least || code > most || !meaning) continue;
    const clause = meaning.querySelector(".clause")?.textContent ?? "";
    const whole = meaning.textContent?.trim() ?? "";
    const sentence = whole.endsWith(clause) ? whole.slice(0, whole.length - clause.length) : whole;
    return { sentence: sentence.trim(), clause };
  }
  return null;
}
