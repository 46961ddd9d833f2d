// @ts-check
/** A search in the lines: text at once, a regular expression in a worker that is ended if it takes too long. */

/** How long a regular expression may take over one batch of lines, in milliseconds. */
const PATIENCE = 1000;
// From the place of this module: the page that asks may be a permalink.
const WORKER = new URL("./search-worker.js", import.meta.url);

/** A flag behind an expression that says nothing here. */
export class UnknownFlag extends Error {}

export class Search {
  #needle = "";
  /** @type {RegExp | null} */ #pattern = null;
  /** @type {Worker | null} */ #worker = null;
  #timer = 0;

  /**
   * Take what somebody asks for: a text, or an expression between slashes, with flags behind it.
   * @param {string} query
   * @throws {SyntaxError | UnknownFlag} where the regular expression is none
   */
  constructor(query) {
    const expression = /^\/(.+)\/([a-z]*)$/is.exec(query);
    if (expression) this.#pattern = patternOf(expression[1], expression[2]);
    else this.#needle = query.toLowerCase();
  }

  /** Whether an answer takes a worker, and so some time. */
  get isPattern() {
    return this.#pattern !== null;
  }

  /** Whether one of the texts holds the text that is searched for. @param {string[]} texts */
  includes(texts) {
    return texts.some((text) => text.toLowerCase().includes(this.#needle));
  }

  /**
   * Try the expression on the texts of each line, one batch at a time.
   * @param {string[][]} texts
   * @param {(found: Uint8Array | null) => void} answer 1 for each line that matches; null where it takes too long
   */
  match(texts, answer) {
    const { source, flags } = /** @type {RegExp} */ (this.#pattern);
    this.#worker ??= new Worker(WORKER, { type: "module", name: "search" });
    const settle = (/** @type {Uint8Array | null} */ found) => {
      clearTimeout(this.#timer);
      if (!found) this.end();
      answer(found);
    };
    this.#worker.onmessage = ({ data }) => settle(data);
    // It could not be loaded: the server may be gone.
    this.#worker.onerror = () => settle(null);
    this.#timer = window.setTimeout(() => settle(null), PATIENCE);
    this.#worker.postMessage({ source, flags, texts });
  }

  /** End what is being searched for; no answer comes. */
  end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
  }
}

/** @param {string} source @param {string} flags @returns {RegExp} */
function patternOf(source, flags) {
  const unknown = /[^gimsuy]/.exec(flags);
  if (unknown) throw new UnknownFlag(unknown[0]);
  // That one is found is all that is asked: where to begin and where to go on (y, g) means nothing.
  const meant = [...new Set(flags)].filter((flag) => !"gyu".includes(flag)).join("");
  try {
    return new RegExp(source, `${meant}u`);
  } catch (error) {
    // By Unicode an escape or a brace that means nothing is an error; else it stands for itself.
    if (flags.includes("u")) throw error;
    return new RegExp(source, meant);
  }
}
