// @ts-check
/** The lines that this page keeps: a bounded memory, and the part of it that the filter lets through. */

/** @typedef {import("./types").Line} Line */
/** @typedef {import("./types").GapKind} GapKind */

/** What is kept while the end is followed. */
export const KEPT = 2000;
/** What may pile up below somebody who reads, before the newest have to wait. */
const KEPT_HELD = 4000;
const WAITING = 2000;

export class Lines {
  /** @type {Line[]} */ all = [];
  /** @type {Line[]} */ shown = [];
  /** @type {Line[]} */ #waiting = [];
  #dropped = 0;
  #number = 0;
  /** @type {(line: Line) => boolean} */ #lets = () => true;
  /** Waiting lines stay out of sight: somebody has paused. */
  paused = false;
  /** Nothing may move: somebody reads further up. */
  held = false;

  /** @param {import("./types").Event} event */
  addEvent(event) {
    this.#add({ number: (this.#number += 1), event, gap: null, size: 1, preview: null });
  }

  /** @param {GapKind} gap @param {number} size */
  addGap(gap, size) {
    const last = this.#waiting.at(-1) ?? this.all.at(-1);
    if (last && last.gap === gap) {
      last.size += size;
      last.preview = null;
      return;
    }
    this.#add({ number: (this.#number += 1), event: null, gap, size, preview: null });
  }

  /** How many lines wait for the end of a pause. */
  get waiting() {
    return this.#waiting.length + this.#dropped;
  }

  /** Show only the lines for which the predicate holds. @param {(line: Line) => boolean} lets */
  filter(lets) {
    this.#lets = lets;
    this.shown = this.all.filter(lets);
  }

  /** Take in what waits, and forget the oldest beyond the bound; call when nobody is held up by it. */
  settle() {
    if (this.paused || this.held) return;
    if (this.#dropped) {
      const size = this.#dropped;
      this.#dropped = 0;
      // The gap has the number of the last line that it stands for: numbers stay in order.
      const number = this.#waiting[0].number - 1;
      this.#keep({ number, event: null, gap: "unkept", size, preview: null });
    }
    for (const line of this.#waiting) this.#keep(line);
    this.#waiting = [];
    const over = this.all.length - KEPT;
    if (over <= 0) return;
    const first = this.all[over].number;
    this.all.splice(0, over);
    let gone = 0;
    while (gone < this.shown.length && this.shown[gone].number < first) gone += 1;
    if (gone) this.shown.splice(0, gone);
  }

  clear() {
    this.all = [];
    this.shown = [];
    this.#waiting = [];
    this.#dropped = 0;
  }

  /** @param {Line} line */
  #add(line) {
    if (!this.paused && this.#waiting.length === 0 && !(this.held && this.all.length >= KEPT_HELD)) {
      this.#keep(line);
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length > WAITING) {
      this.#waiting.splice(0, WAITING / 2);
      this.#dropped += WAITING / 2;
    }
  }

  /** @param {Line} line */
  #keep(line) {
    this.all.push(line);
    if (this.#lets(line)) this.shown.push(line);
  }
}
