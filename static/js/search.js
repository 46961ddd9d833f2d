// @ts-check
/** A search in the lines: text, or a regular expression that is given up before it hangs the page. */

/** What of a line is searched, in characters. */
const SEARCHED = 1000;
/** What a regular expression may take, in milliseconds, in so many of them. */
const BUDGET = 150;
const WINDOW = 1000;
const PREFIX_STEP = 2;

/**
 * Make the test of what somebody asks for; null where the regular expression is none.
 * @param {string} query @param {() => void} slow called once, when the expression is given up and lets everything through
 * @returns {((text: string) => boolean) | null}
 */
export function search(query, slow) {
  if (!query) return () => true;
  const expression = /^\/(.+)\/(i?)$/.exec(query);
  if (!expression) {
    const needle = query.toLowerCase();
    return (text) => text.toLowerCase().includes(needle);
  }
  try {
    return bounded(new RegExp(expression[1], `${expression[2]}u`), slow);
  } catch {
    return null;
  }
}

/** @param {RegExp} pattern @param {() => void} slow @returns {(text: string) => boolean} */
function bounded(pattern, slow) {
  const risky = backtracks(pattern.source);
  let from = -WINDOW;
  let spent = 0;
  let abandoned = false;
  return (text) => {
    if (abandoned) return true;
    const searched = text.slice(0, SEARCHED);
    const begun = performance.now();
    if (begun - from > WINDOW) {
      from = begun;
      spent = 0;
    }
    const over = () => spent + performance.now() - begun > BUDGET;
    // A regular expression cannot be interrupted. What backtracks is tried on ever longer pieces of
    // the text, each made to fail at its end, so that what takes too long is noticed while it is short.
    let tooLong = false;
    for (
      let length = PREFIX_STEP;
      risky && !tooLong && length < searched.length;
      length += PREFIX_STEP
    ) {
      pattern.test(`${searched.slice(0, length)}\0`);
      tooLong = over();
    }
    const found = !tooLong && pattern.test(searched);
    if (tooLong || over()) {
      abandoned = true;
      slow();
      return true;
    }
    spent += performance.now() - begun;
    return found;
  };
}

/** Whether an expression may try the same characters in many ways. @param {string} source */
function backtracks(source) {
  const bare = source.replace(/\\[^1-9k]/g, "_").replace(/\[[^\]]*\]/g, "_");
  const repeats = bare.match(/[*+]|\{\d+,?\d*\}/g) ?? [];
  return repeats.length > 1 || /\)[*+{]/.test(bare) || /\\[1-9k]/.test(bare);
}
