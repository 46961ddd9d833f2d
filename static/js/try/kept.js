// @ts-check
/** What this tab keeps over a reload: what was typed, and not yet lost. */

const PREFIX = "echoscope.";

/** @param {string} name @param {unknown} value @returns {boolean} whether there was room for it */
export function keep(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** What was kept, or nothing. @param {string} name @returns {any} */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}
