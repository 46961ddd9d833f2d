// @ts-check
/** What the stream lets through: a text or regular expression, and kinds of lines. */

import { clientName, flags, mark, opcodeName, preview, whole } from "../words/words.js";
import { Search, UnknownFlag } from "./search.js";
import { texts } from "./texts.js";

/** @typedef {import("./lines.js").Line} Line */

/** The preview of a line, made once. @param {Line} line */
export function previewOf(line) {
  line.preview ??= line.event
    ? preview(line.event)
    : line.gap
      ? texts.gap[line.gap](line.size)
      : "";
  return line.preview;
}

export class Filter {
  #search = new Search("");
  #query = "";
  /** @type {(line: Line) => boolean} */ #isShown = () => true;

  /**
   * Search for something else from now on.
   * @param {string} query
   * @returns {string | null} why it cannot be; then all stays as it was
   */
  search(query) {
    try {
      const search = new Search(query.trim());
      this.cancel();
      this.#search = search;
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      return error instanceof UnknownFlag ? texts.unknownFlag(message) : texts.badPattern(message);
    }
    this.#query = query.trim();
    return null;
  }

  /** Let through only these kinds of lines. @param {(line: Line) => boolean} isShown */
  kinds(isShown) {
    this.#isShown = isShown;
  }

  get isSearching() {
    return this.#query !== "";
  }

  /**
   * Decide of each line whether it is let through.
   * @param {Line[]} lines
   * @param {(inTime: boolean) => void} done called at once, or when a worker has answered; not `inTime`
   *   where the expression took too long, and all lines are let through
   */
  decide(lines, done) {
    /** @type {Line[]} */ const candidates = [];
    for (const line of lines) {
      line.lets = this.#isShown(line);
      if (!this.isSearching) line.searched = null;
      if (line.lets && line.event) candidates.push(line);
    }
    if (!this.#search.isPattern || !candidates.length) {
      for (const line of this.isSearching ? candidates : []) {
        line.lets = this.#search.includes(searched(line));
      }
      done(true);
      return;
    }
    this.#search.match(candidates.map(searched), (found) => {
      for (const [i, line] of candidates.entries()) line.lets = !found || found[i] === 1;
      done(found !== null);
    });
  }

  /** Decide no further: `done` is not called any more. */
  cancel() {
    this.#search.end();
  }
}

/**
 * What of a line one can search for: its words as they stand there, and all that was recorded of
 * the payload; and by itself what is special about it, since an expression may ask for the end of
 * what was sent. Kept as long as somebody searches: what the lines hold of payloads is bounded.
 * @param {Line} line @returns {string[]}
 */
function searched(line) {
  line.searched ??= wordsOf(line);
  return line.searched;
}

/** @param {Line} line @returns {string[]} */
function wordsOf(line) {
  const { event } = line;
  if (!event) return [];
  if (event.kind === "frame") {
    const words = joined(opcodeName(event.opcode), ...flags(event), whole(event), event.note);
    const special = mark(event);
    return special ? [words, special] : [words];
  }
  const headers = event.kind === "opened" || event.kind === "refused" ? event.request.headers : [];
  const agent = headers.find(([name]) => name.toLowerCase() === "user-agent");
  return [joined(texts.kinds[event.kind], previewOf(line), agent ? clientName(agent[1]) : null)];
}

/** Words with a space between them, and none at the end, where an expression may ask for it. @param {(string | null)[]} words */
const joined = (...words) => words.filter(Boolean).join(" ");
