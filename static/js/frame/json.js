// @ts-check
/** JSON as it was sent: every number, escape and key stays what it is, where it is. */

/**
 * A value of a JSON text: an object or array has an opening bracket and items, all others a token.
 * @typedef {object} Json
 * @property {string} key as it was sent, in an object; else empty
 * @property {"{" | "[" | ""} open
 * @property {Json[]} items
 * @property {number} start where its text begins, without the key
 * @property {number} end
 */

const STEP = "  ";
/** What is nested deeper stays on one line. */
const DEEPEST = 32;
/** After so many characters of layout the rest follows on one line. */
const MOST_LAYOUT = 256 * 1024;

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Take a JSON object or array apart; null for anything else. @param {string} text @returns {Json | null} */
export function parsed(text) {
  if (!isStructured(text)) return null;
  /** @type {Json} */
  const above = { key: "", open: "[", items: [], start: 0, end: 0 };
  const within = [above];
  let key = "";
  let awaited = false;
  for (const { 0: token, index: start } of text.matchAll(TOKENS)) {
    const parent = within[within.length - 1];
    const end = start + token.length;
    if (token === "}" || token === "]") {
      parent.end = end;
      within.pop();
      awaited = within[within.length - 1].open === "{";
    } else if (token === ",") awaited = parent.open === "{";
    else if (token === ":") awaited = false;
    else if (awaited) key = token;
    else {
      const open = token === "{" || token === "[" ? token : "";
      /** @type {Json} */
      const value = { key, open, items: [], start, end };
      parent.items.push(value);
      key = "";
      if (open) within.push(value);
      awaited = open === "{";
    }
  }
  return above.items[0];
}

/** Indent what is a JSON object or array; null for anything else. @param {string} text */
export function indented(text) {
  if (!isStructured(text)) return null;
  const parts = [];
  let depth = 0;
  let layout = 0;
  let before = "";
  const breakLine = () => {
    if (depth > DEEPEST || layout > MOST_LAYOUT) return;
    layout += 1 + STEP.length * depth;
    parts.push("\n", STEP.repeat(depth));
  };
  for (const [token] of text.matchAll(TOKENS)) {
    const closes = token === "}" || token === "]";
    const opened = before === "{" || before === "[";
    if (opened && !closes) breakLine();
    if (before === ",") breakLine();
    if (closes) {
      // What stands on one line also ends on it.
      if (depth <= DEEPEST && !opened) {
        depth -= 1;
        breakLine();
      } else depth -= 1;
    }
    parts.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") depth += 1;
    before = token;
  }
  return parts.join("");
}

/** Whether it is a JSON object or array. @param {string} text */
function isStructured(text) {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
