// @ts-check
/** JSON indented as it was sent: every number, escape and key stays what it is, where it is. */

const STEP = "  ";
/** What is nested deeper stays on one line. */
const DEEPEST = 32;
/** After so many characters of layout the rest follows on one line. */
const MOST_LAYOUT = 256 * 1024;

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Indent what is a JSON object or array; null for anything else. @param {string} text */
export function indented(text) {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return null;
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

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
