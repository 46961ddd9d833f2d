// @ts-check
/** What this browser remembers of how somebody likes the page. */

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`echoscope.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows the page.
  }
}

/** @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(`echoscope.${name}`);
  } catch {
    return null;
  }
}
