// @ts-check
/** Puts what comes through the filter, in order, and into the lines that are shown. */

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Lines} Lines */

export class Sieve {
  #filter;
  #lines;
  #told;
  /** Lines of which is still to be decided. @type {Line[]} */ #arriving = [];
  /** Those it is being decided of, by a search that takes its time. @type {Line[] | null} */
  #deciding = null;

  /**
   * @param {import("./filter.js").Filter} filter @param {Lines} lines
   * @param {{ sifted: () => void, gaveUp: () => void }} told when lines have gone in; when the search
   *   took too long, and is to be another
   */
  constructor(filter, lines, told) {
    this.#filter = filter;
    this.#lines = lines;
    this.#told = told;
  }

  /** Take new lines, after all before them. @param {Line[]} lines */
  take(lines) {
    this.#arriving.push(...lines);
    this.#sift();
  }

  /** Put what comes into other lines from now on. @param {Lines} lines */
  into(lines) {
    const rest = this.#stop();
    // Of what was on its way is decided when those lines are shown again.
    this.#lines.take(rest);
    this.#lines = lines;
  }

  /** Decide anew of all lines, as the filter is another. @param {() => void} decided */
  again(decided) {
    this.#arriving = this.#stop();
    const { everything } = this.#lines;
    this.#decide(everything, [], () => {
      this.#lines.refilter();
      decided();
    });
  }

  /** Forget what is on its way. */
  clear() {
    this.#stop();
  }

  /** Decide no further; return what has not gone in. */
  #stop() {
    this.#filter.cancel();
    const rest = [...(this.#deciding ?? []), ...this.#arriving];
    this.#deciding = null;
    this.#arriving = [];
    return rest;
  }

  #sift() {
    if (this.#deciding || !this.#arriving.length) return;
    const lines = this.#arriving;
    this.#arriving = [];
    this.#decide(lines, lines, () => this.#lines.take(lines));
  }

  /** @param {Line[]} lines @param {Line[]} back those that are not in yet @param {() => void} decided */
  #decide(lines, back, decided) {
    this.#deciding = back;
    this.#filter.decide(lines, (inTime) => {
      this.#deciding = null;
      decided();
      this.#told.sifted();
      if (inTime) this.#sift();
      else this.#told.gaveUp();
    });
  }
}
