// @ts-check
/** The lines that this page keeps: a bounded memory, and the part of it that the filter lets through. */

/** @typedef {import("../types").Event} Event */

/** What is missing from the stream at a place, and why. @typedef {"earlier" | "forgotten" | "skipped" | "unkept" | "restarted" | "lost"} GapKind */
/**
 * One line of the stream: an event, or a gap between events.
 * @typedef {object} Line
 * @property {number} number its place since the page was loaded; never used twice
 * @property {Event | null} event
 * @property {GapKind | null} gap
 * @property {number} size of a gap, in events
 * @property {string | null} preview once somebody has looked
 * @property {string[] | null} searched what a search looks through, as long as there is one
 * @property {boolean} lets whether the filter lets it through
 */

/** What is kept while the end is followed. */
export const KEPT = 2000;
/** What may pile up below somebody who reads, before the newest have to wait. */
const KEPT_HELD = 4000;
const WAITING = 2000;
/** What the payloads of those kept may come to, in characters; and of those that wait. */
const KEPT_PAYLOADS = 4_000_000;
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
  /** What the payloads come to of the lines kept, and of those that wait. */
  #payloads = { kept: 0, waiting: 0 };
  /** Waiting lines stay out of sight: somebody has paused. */
  paused = false;
  /** Nothing may move: somebody reads further up. */
  held = false;
  /** How many events wait out of sight, whatever the filter. */
  waiting = 0;
  /** How many events have come that the filter lets through, in view or waiting. */
  came = 0;

  /** A new line, which is not among these yet. @param {Event | null} event @param {GapKind | null} gap */
  make(event, gap = null, size = 1) {
    this.#number += 1;
    return lineOf(this.#number, event, gap, size);
  }

  /** New lines for a batch of the feed; `first`: of all that there was before. @param {import("../types").Events} batch @param {boolean} first */
  of({ forgotten, skipped, events }, first) {
    /** @type {[GapKind, number][]} */
    const gaps = first
      ? [["earlier", forgotten + skipped]]
      : [
          ["forgotten", forgotten],
          ["skipped", skipped],
        ];
    return [
      ...gaps.filter(([, size]) => size).map(([gap, size]) => this.make(null, gap, size)),
      ...events.map((event) => this.make(event)),
    ];
  }

  /** Take lines of which is decided whether the filter lets them through. @param {Line[]} lines */
  take(lines) {
    for (const line of lines) {
      const last = this.#waiting.at(-1) ?? this.all.at(-1);
      if (line.gap && last?.gap === line.gap) {
        grow(last, line.size);
        this.came += line.size;
        if (this.#waiting.length) this.waiting += line.size;
      } else this.#add(line);
    }
  }

  /** Those kept and those that wait. */
  get everything() {
    return [...this.all, ...this.#waiting];
  }

  /** Look again at which lines are let through. */
  refilter() {
    this.shown = this.all.filter(({ lets }) => lets);
  }

  /** Take in what waits, and forget the oldest beyond the bound; call when nobody is held up by it. */
  settle() {
    if (this.paused || this.held) return;
    const { size, number } = this.#dropped;
    if (size) this.#keep(lineOf(number, null, "unkept", size));
    for (const line of this.#waiting) this.#keep(line);
    this.#forgetWaiting();
    this.#forgetHeartbeats();
    this.#forgetOldest();
  }

  clear() {
    this.all = [];
    this.shown = [];
    this.#heartbeats = 0;
    this.#payloads.kept = 0;
    this.#forgetWaiting();
  }

  /** @param {Line} line */
  #add(line) {
    if (line.lets) this.came += line.size;
    const crowded = this.all.length >= KEPT_HELD || this.#payloads.kept > 2 * KEPT_PAYLOADS;
    if (!this.paused && this.#waiting.length === 0 && !(this.held && crowded)) {
      this.#keep(line);
      return;
    }
    this.#waiting.push(line);
    this.waiting += line.size;
    this.#payloads.waiting += payloadOf(line);
    if (this.#waiting.length <= WAITING && this.#payloads.waiting <= KEPT_PAYLOADS) return;
    const dropped = this.#waiting.splice(0, Math.ceil(this.#waiting.length / 2));
    this.#payloads.waiting -= payloadsOf(dropped);
    // The gap has the number of the last line that it stands for: numbers stay in order.
    this.#dropped = {
      size: this.#dropped.size + sizeOf(dropped),
      number: dropped[dropped.length - 1].number,
    };
  }

  /** @param {Line} line */
  #keep(line) {
    this.all.push(line);
    this.#payloads.kept += payloadOf(line);
    if (isHeartbeat(line)) this.#heartbeats += 1;
    if (line.lets) this.shown.push(line);
  }

  #forgetWaiting() {
    this.#waiting = [];
    this.waiting = 0;
    this.#payloads.waiting = 0;
    this.#dropped = { size: 0, number: 0 };
  }

  /** Only the newest heartbeats stay. No gap counts the others: each connection counts its own. */
  #forgetHeartbeats() {
    if (this.#heartbeats <= KEPT_HEARTBEATS) return;
    const gone = new Set(this.all.filter(isHeartbeat).slice(0, -KEPT_HEARTBEATS / 2));
    this.all = this.all.filter((line) => !gone.has(line));
    this.shown = this.shown.filter((line) => !gone.has(line));
    this.#heartbeats -= gone.size;
    this.#payloads.kept -= payloadsOf([...gone]);
  }

  /** How many lines from a place on are beyond the bounds. @param {number} start */
  #over(start) {
    let over = Math.max(0, this.all.length - start - KEPT);
    let payloads = this.#payloads.kept - payloadsOf(this.all.slice(start, start + over));
    // The newest stays, whatever it holds.
    while (payloads > KEPT_PAYLOADS && start + over < this.all.length - 1) {
      payloads -= payloadOf(this.all[start + over]);
      over += 1;
    }
    return over;
  }

  /** Only the newest lines stay; one gap above them counts what went before. */
  #forgetOldest() {
    const top = this.all[0]?.gap === "earlier" ? this.all[0] : null;
    const start = top ? 1 : 0;
    const over = this.#over(start);
    if (over <= 0) return;
    const gone = this.all.splice(start, over);
    this.#payloads.kept -= payloadsOf(gone);
    this.#heartbeats -= gone.filter(isHeartbeat).length;
    const { number } = gone[gone.length - 1];
    let end = start;
    while (end < this.shown.length && this.shown[end].number <= number) end += 1;
    this.shown.splice(start, end - start);
    const size = sizeOf(gone);
    if (top) grow(top, size);
    else if (size) {
      const gap = lineOf(number, null, "earlier", size);
      this.all.unshift(gap);
      this.shown.unshift(gap);
    }
  }
}

/** @param {number} number @param {Event | null} event @param {GapKind | null} gap @param {number} size @returns {Line} */
const lineOf = (number, event, gap, size) => ({
  number,
  event,
  gap,
  size,
  preview: null,
  searched: null,
  lets: true,
});

/** @param {Line} line */
const isHeartbeat = ({ event }) => event?.kind === "frame" && event.heartbeat;

/** @param {Line} line */
const payloadOf = ({ event }) =>
  event?.kind === "frame" ? event.payload.length + (event.message?.payload.length ?? 0) : 0;

/** @param {Line[]} lines */
const payloadsOf = (lines) => lines.reduce((sum, line) => sum + payloadOf(line), 0);

/** How many events lines stand for. @param {Line[]} lines */
const sizeOf = (lines) => lines.reduce((sum, { size }) => sum + size, 0);

/** @param {Line} gap @param {number} size */
function grow(gap, size) {
  gap.size += size;
  gap.preview = null;
}
