// @ts-check
/** The lines that this page keeps: a bounded memory, and the part of it that the filter lets through. */

/** @typedef {import("./types").Line} Line */
/** @typedef {import("./types").GapKind} GapKind */

/** What is kept while the end is followed. */
export const KEPT = 2000;
/** What may pile up below somebody who reads, before the newest have to wait. */
const KEPT_HELD = 4000;
const WAITING = 2000;
/** How many of the lines kept may be heartbeats: those of many idle connections would drive out all others. */
const KEPT_HEARTBEATS = 400;

export class Lines {
  /** @type {Line[]} */ all = [];
  /** @type {Line[]} */ shown = [];
  /** @type {Line[]} */ #waiting = [];
  /** How many events what was dropped of the waiting lines stood for, and when the last was added. */
  #dropped = { size: 0, number: 0 };
  #number = 0;
  /** How many of the lines kept are heartbeats. */
  #heartbeats = 0;
  /** @type {(line: Line) => boolean} */ #lets = () => true;
  /** Waiting lines stay out of sight: somebody has paused. */
  paused = false;
  /** Nothing may move: somebody reads further up. */
  held = false;
  /** How many events wait out of sight, whatever the filter. */
  waiting = 0;
  /** How many events have come that the filter lets through, in view or waiting. */
  came = 0;

  /** @param {import("./types").Event} event */
  addEvent(event) {
    this.#add({ number: this.#next(), event, gap: null, size: 1, preview: null });
  }

  /** @param {GapKind} gap @param {number} size */
  addGap(gap, size) {
    const last = this.#waiting.at(-1) ?? this.all.at(-1);
    if (last && last.gap === gap) {
      grow(last, size);
      this.came += size;
      if (this.#waiting.length) this.waiting += size;
      return;
    }
    this.#add({ number: this.#next(), event: null, gap, size, preview: null });
  }

  #next() {
    this.#number += 1;
    return this.#number;
  }

  /** Show only the lines for which the predicate holds. @param {(line: Line) => boolean} lets */
  filter(lets) {
    this.#lets = lets;
    this.shown = this.all.filter(lets);
  }

  /** Take in what waits, and forget the oldest beyond the bound; call when nobody is held up by it. */
  settle() {
    if (this.paused || this.held) return;
    const { size, number } = this.#dropped;
    if (size) this.#keep({ number, event: null, gap: "unkept", size, preview: null });
    for (const line of this.#waiting) this.#keep(line);
    this.#forgetWaiting();
    this.#forgetHeartbeats();
    this.#forgetOldest();
  }

  clear() {
    this.all = [];
    this.shown = [];
    this.#heartbeats = 0;
    this.#forgetWaiting();
  }

  /** @param {Line} line */
  #add(line) {
    if (this.#lets(line)) this.came += line.size;
    if (
      !this.paused &&
      this.#waiting.length === 0 &&
      !(this.held && this.all.length >= KEPT_HELD)
    ) {
      this.#keep(line);
      return;
    }
    this.#waiting.push(line);
    this.waiting += line.size;
    if (this.#waiting.length <= WAITING) return;
    const dropped = this.#waiting.splice(0, WAITING / 2);
    // The gap has the number of the last line that it stands for: numbers stay in order.
    this.#dropped = {
      size: this.#dropped.size + sizeOf(dropped),
      number: dropped[dropped.length - 1].number,
    };
  }

  /** @param {Line} line */
  #keep(line) {
    this.all.push(line);
    if (isHeartbeat(line)) this.#heartbeats += 1;
    if (this.#lets(line)) this.shown.push(line);
  }

  #forgetWaiting() {
    this.#waiting = [];
    this.waiting = 0;
    this.#dropped = { size: 0, number: 0 };
  }

  /** Only the newest heartbeats stay. No gap counts the others: each connection counts its own. */
  #forgetHeartbeats() {
    if (this.#heartbeats <= KEPT_HEARTBEATS) return;
    const gone = new Set(this.all.filter(isHeartbeat).slice(0, -KEPT_HEARTBEATS / 2));
    this.all = this.all.filter((line) => !gone.has(line));
    this.shown = this.shown.filter((line) => !gone.has(line));
    this.#heartbeats -= gone.size;
  }

  /** Only the newest lines stay; one gap above them counts what went before. */
  #forgetOldest() {
    const top = this.all[0]?.gap === "earlier" ? this.all[0] : null;
    const start = top ? 1 : 0;
    const over = this.all.length - start - KEPT;
    if (over <= 0) return;
    const gone = this.all.splice(start, over);
    this.#heartbeats -= gone.filter(isHeartbeat).length;
    const { number } = gone[gone.length - 1];
    let end = start;
    while (end < this.shown.length && this.shown[end].number <= number) end += 1;
    this.shown.splice(start, end - start);
    const size = sizeOf(gone);
    if (top) grow(top, size);
    else if (size) {
      const gap = /** @type {Line} */ ({
        number,
        event: null,
        gap: "earlier",
        size,
        preview: null,
      });
      this.all.unshift(gap);
      this.shown.unshift(gap);
    }
  }
}

/** @param {Line} line */
const isHeartbeat = ({ event }) => event?.kind === "frame" && event.heartbeat;

/** How many events lines stand for. @param {Line[]} lines */
const sizeOf = (lines) => lines.reduce((sum, { size }) => sum + size, 0);

/** @param {Line} gap @param {number} size */
function grow(gap, size) {
  gap.size += size;
  gap.preview = null;
}
