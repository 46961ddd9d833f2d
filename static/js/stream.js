// @ts-check
/** The stream of frames: follows its end, or stays where somebody reads. */

import { drawBlank } from "./blank.js";
import { FilterBar } from "./filter-bar.js";
import { shortId } from "./format.js";
import { KEPT, Lines } from "./lines.js";
import { fillRow, makeRow } from "./row.js";
import { Scroller } from "./scroller.js";
import { Sieve } from "./sieve.js";
import { part, write } from "./stamps.js";
import { texts } from "./texts.js";

/** @typedef {import("./types").Line} Line */
/** @typedef {import("./types").Events} Events */
/** @typedef {import("./types").GapKind} GapKind */

export class Stream extends EventTarget {
  #all = new Lines();
  /** Those of the chosen connection, told by a feed of their own. @type {Lines | null} */ #one =
    null;
  #sieve;
  #choice;
  #picture;
  #scroller;
  #bar;
  #clock = false;
  #cleared = false;
  /** How many events had come when the end was last in view. */
  #seen = 0;
  #due = 0;
  #anew = false;
  /** Whether the feed's lines have taken the place of those that came with the page. */
  #fed = false;
  /** Since when times are counted, where all connections are shown. @type {number | null} */ #since;

  /** @param {import("./choice.js").Choice} choice @param {import("./picture.js").Picture} picture */
  constructor(choice, picture) {
    super();
    this.#choice = choice;
    this.#picture = picture;
    this.#bar = new FilterBar();
    this.#sieve = new Sieve(this.#bar.filter, this.#all, {
      sifted: () => this.#soon(),
      gaveUp: () => this.#bar.giveUp(),
    });
    this.#since = Number(part("stream").dataset.since) || null;
    const frame = part("stream-grid");
    frame.scrollTop = frame.scrollHeight;
    this.#scroller = new Scroller(frame, part("canvas"), {
      make: makeRow,
      fill: (row, line, index) =>
        fillRow(row, line, index, { since: this.#origin, chosen: choice.line, run: picture.run }),
      moved: () => this.#soon(),
    });
    choice.addEventListener("change", () => this.#chosen());
    part("canvas").addEventListener("click", (event) => this.#click(event));
    this.#bar.addEventListener("change", () => this.#decideAnew());
    part("pause").addEventListener("click", () => this.pause());
    part("clear").addEventListener("click", () => this.#clear());
    part("news").addEventListener("click", () => this.follow());
    part("blank-step").addEventListener("click", () => {
      if (choice.connection !== null) choice.chooseConnection(null);
      this.#bar.showAll();
    });
    part("narrowed").addEventListener("click", () => choice.chooseConnection(null));
    part("time-mode").addEventListener("click", () => this.#switchTime());
  }

  get #lines() {
    return this.#one ?? this.#all;
  }

  get paused() {
    return this.#lines.paused;
  }

  /** How many lines wait for the end of a pause. */
  get waiting() {
    return this.#lines.waiting;
  }

  /** Take in a batch of the feed; `first`: what a new page gets. @param {Events} batch @param {boolean} first */
  add(batch, first) {
    this.#feed();
    this.#since ??= batch.events[0]?.time ?? null;
    this.#take(this.#all, linesOf(this.#all, batch, first));
  }

  /** Take in what the chosen connection's own feed tells; `first`: all that there was before. @param {Events} batch @param {boolean} first */
  addOfOne(batch, first) {
    if (!this.#one) return;
    const lines = linesOf(this.#one, batch, first);
    // What was shown until now were those of its lines that the page had anyway.
    if (first && lines.length) {
      this.#sieve.clear();
      this.#one.clear();
      const { line } = this.#choice;
      const same = lines.find(({ event }) => event && event.cursor === line?.event?.cursor);
      if (same) this.#choice.replaceLine(same);
    }
    this.#take(this.#one, lines);
  }

  /** Show one connection alone, or all for null. @param {string | null} id */
  narrowTo(id) {
    if (!this.#one) this.#all.held = false;
    this.#one = null;
    if (id !== null) {
      const one = new Lines();
      const known = this.#all.everything.filter(({ event }) => event?.connection === id);
      one.take(known.map(({ event }) => one.make(event)));
      this.#one = one;
    }
    part("narrowed").hidden = id === null;
    if (id !== null) write(part("narrowed-words"), texts.stream.narrowed(shortId(id)));
    this.#sieve.into(this.#lines);
    this.pause(this.#lines.paused);
    this.#decideAnew();
  }

  /** What came with the page gives way to the feed's own lines, in the same frame and at the same place. */
  #feed() {
    if (this.#fed) return;
    this.#fed = true;
    part("canvas").replaceChildren();
  }

  /** @param {import("./types").GapKind} kind */
  gap(kind, size = 0) {
    for (const lines of this.#one ? [this.#all, this.#one] : [this.#all]) {
      this.#take(lines, [lines.make(null, kind, size)]);
    }
  }

  /** Look again at whether anybody has connected; `anew` where lines that stand there look different now. */
  refresh(anew = false) {
    this.#soon(anew);
  }

  /** Whether not every event is let through. */
  get narrowed() {
    return this.#one !== null || this.#bar.narrowed;
  }

  /** Hold the view, or let it go on. */
  pause(on = !this.#lines.paused) {
    this.#lines.paused = on;
    part("pause").toggleAttribute("data-on", on);
    write(part("pause"), on ? texts.stream.resume : texts.stream.pause);
    this.#soon();
    this.dispatchEvent(new Event("pause"));
  }

  /** Go to the end and follow it. */
  follow() {
    this.#lines.held = false;
    this.#lines.settle();
    this.#scroller.show(this.#lines.shown);
    this.#scroller.follow();
    this.#soon();
  }

  /** Move the current line by so many rows. @param {number} by */
  step(by) {
    const { shown } = this.#lines;
    if (!shown.length) return;
    const at = this.#choice.line ? shown.indexOf(this.#choice.line) : -1;
    const last = shown.length - 1;
    const start = by < 0 || this.#scroller.following ? last : 0;
    const next = at < 0 ? start : Math.max(0, Math.min(last, at + by));
    this.#scroller.stay();
    this.#scroller.reveal(next);
    this.#choice.chooseLine(shown[next]);
  }

  /** Move the current line by a page. @param {number} by */
  page(by) {
    this.step(by * this.#scroller.page);
  }

  /** Move to the first line. */
  toStart() {
    this.step(-this.#lines.shown.length);
  }

  /** Open the current line in the inspector. */
  open() {
    if (this.#choice.line) this.#choice.chooseLine(this.#choice.line, true);
    else this.step(-1);
  }

  get #origin() {
    if (this.#clock) return null;
    const { connection } = this.#choice;
    if (connection === null) return this.#since;
    const { rows, handshakes } = this.#picture;
    return rows.get(connection)?.opened ?? handshakes.get(connection)?.time ?? this.#since;
  }

  /** @param {Lines} lines @param {Line[]} fresh */
  #take(lines, fresh) {
    if (lines === this.#lines) this.#sieve.take(fresh);
    else {
      lines.take(fresh);
      lines.settle();
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = event.target instanceof Element ? event.target.closest(".line") : null;
    if (!(row instanceof HTMLElement) || window.getSelection()?.type === "Range") return;
    const line = this.#lines.shown.find(({ number }) => String(number) === row.dataset.number);
    if (!line?.event) return;
    this.#scroller.stay();
    this.#choice.chooseLine(line, true);
  }

  #chosen() {
    this.#soon(true);
  }

  /** Name the current line, where it is drawn: what is not there cannot be active. */
  #markActive() {
    const { line } = this.#choice;
    const id = `line-${line?.number}`;
    const grid = part("stream-grid");
    if (line && document.getElementById(id)) grid.setAttribute("aria-activedescendant", id);
    else grid.removeAttribute("aria-activedescendant");
  }

  /** The filter is another, or what it is for. */
  #decideAnew() {
    this.#sieve.again(() => {
      this.#anew = true;
      this.follow();
    });
  }

  #clear() {
    this.#feed();
    this.#sieve.clear();
    this.#lines.clear();
    this.#seen = this.#lines.came;
    this.#cleared = true;
    this.#since = null;
    if (this.#choice.line) this.#choice.back();
    this.follow();
  }

  #switchTime() {
    this.#clock = !this.#clock;
    part("stream-grid").dataset.times = this.#clock ? "clock" : "relative";
    write(part("time-mode"), this.#clock ? texts.stream.time.clock : texts.stream.time.relative);
    this.#soon(true);
  }

  /** Draw with the next animation frame, once, however much comes until then. */
  #soon(anew = false) {
    this.#anew ||= anew;
    this.#due ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#due = 0;
    if (!this.#fed && part("canvas").childElementCount) return;
    this.#lines.held = !this.#scroller.following;
    this.#lines.settle();
    const { shown, all } = this.#lines;
    this.#scroller.show(shown, this.#anew);
    this.#anew = false;
    this.#markActive();
    if (this.#scroller.following && !this.paused) this.#seen = this.#lines.came;
    const fresh = this.#lines.came - this.#seen;
    part("news").hidden = fresh === 0 || this.paused;
    write(part("news-count"), texts.stream.news(fresh));
    write(part("stream-count"), texts.stream.lines(shown.length, Math.min(all.length, KEPT * 2)));
    part("stream-count").hidden = all.length === 0;
    part("stream-grid").setAttribute("aria-rowcount", String(shown.length + 1));
    drawBlank({
      shown: shown.length,
      kept: all.length,
      cleared: this.#cleared,
      stats: this.#picture.stats,
    });
    this.dispatchEvent(new Event("drawn"));
  }
}

/** What a batch of the feed is in lines. @param {Lines} lines @param {Events} batch @param {boolean} first @returns {Line[]} */
function linesOf(lines, { forgotten, skipped, events }, first) {
  /** @type {[GapKind, number][]} */
  const gaps = first
    ? [["earlier", forgotten + skipped]]
    : [
        ["forgotten", forgotten],
        ["skipped", skipped],
      ];
  return [
    ...gaps.filter(([, size]) => size).map(([gap, size]) => lines.make(null, gap, size)),
    ...events.map((event) => lines.make(event)),
  ];
}
