// @ts-check
/** The stream of frames: follows its end, or stays where somebody reads. */

import { drawNow, drawSoon } from "../page/redraw.js";
import { part, write } from "../page/stamps.js";
import { shortId } from "../words/format.js";
import { drawBlank } from "./blank.js";
import { FilterBar } from "./filter-bar.js";
import { KEPT, Lines } from "./lines.js";
import { fillRow, makeRow } from "./row.js";
import { Scroller } from "./scroller.js";
import { Sieve } from "./sieve.js";
import { texts } from "./texts.js";
import { Times } from "./times.js";
import { Walk } from "./walk.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("../types").Events} Events */
/** @typedef {import("./lines.js").GapKind} GapKind */

export class Stream extends EventTarget {
  #all = new Lines();
  /** Those of the chosen connection, told by a feed of their own. @type {Lines | null} */ #one =
    null;
  #sieve;
  #choice;
  #picture;
  #scroller;
  #bar;
  #times;
  #cleared = false;
  /** How many events had come when the end was last in view. */
  #seen = 0;
  #redraw = () => this.#draw();
  /** Whether lines that stand there look different now. */
  #anew = false;
  /** Whether the feed's lines have taken the place of those that came with the page. */
  #fed = false;

  /** @param {import("../page/choice.js").Choice} choice @param {import("../feed/picture.js").Picture} picture */
  constructor(choice, picture) {
    super();
    this.#choice = choice;
    this.#picture = picture;
    this.#bar = new FilterBar();
    this.#sieve = new Sieve(this.#bar.filter, this.#all, {
      sifted: () => drawSoon(this.#redraw),
      gaveUp: () => this.#bar.giveUp(),
    });
    this.#times = new Times(picture, () => this.#drawAnew());
    const frame = part("stream-grid");
    frame.scrollTop = frame.scrollHeight;
    this.#scroller = new Scroller(frame, part("canvas"), {
      make: makeRow,
      fill: (row, line, index) =>
        fillRow(row, line, index, {
          times: this.#times,
          chosen: choice.line,
          run: picture.run,
        }),
      moved: () => drawNow(this.#redraw),
    });
    choice.addEventListener("change", () => this.#drawAnew());
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
    this.walk = new Walk(choice, this.#scroller, () => this.#lines.shown);
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
    this.#times.learn(batch.events);
    this.#take(this.#all, this.#all.of(batch, first));
  }

  /** Take in what the chosen connection's own feed tells; `first`: all that there was before. @param {Events} batch @param {boolean} first */
  addOfOne(batch, first) {
    if (!this.#one) return;
    this.#feed();
    this.#times.learn(batch.events);
    const lines = this.#one.of(batch, first);
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
    part("stream-grid").toggleAttribute("data-one", id !== null);
    if (id !== null) write(part("narrowed-words"), texts.narrowed(shortId(id)));
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

  /** @param {import("./lines.js").GapKind} kind */
  gap(kind, size = 0) {
    for (const lines of this.#one ? [this.#all, this.#one] : [this.#all]) {
      this.#take(lines, [lines.make(null, kind, size)]);
    }
  }

  /** Look again at whether anybody has connected; `anew` where lines that stand there look different now. */
  refresh(anew = false) {
    this.#anew ||= anew || this.#times.knowsMore();
    if (this.#anew || !this.#lines.shown.length) drawSoon(this.#redraw);
  }

  /** Whether not every event is let through. */
  get narrowed() {
    return this.#one !== null || this.#bar.narrowed;
  }

  /** The line of an event, or one that stands for it where it is not kept here. @param {import("../types").Event} event @returns {Line} */
  lineOf(event) {
    const line = this.#lines.everything.find((kept) => kept.event?.cursor === event.cursor);
    return line ?? this.#lines.make(event);
  }

  /** Hold the view, or let it go on. */
  pause(on = !this.#lines.paused) {
    this.#lines.paused = on;
    part("pause").toggleAttribute("data-on", on);
    write(part("pause"), on ? texts.resume : texts.pause);
    drawNow(this.#redraw);
    this.dispatchEvent(new Event("pause"));
  }

  /** Go to the end and follow it. */
  follow() {
    this.#lines.held = false;
    this.#lines.settle();
    this.#scroller.show(this.#lines.shown);
    this.#scroller.follow();
    drawNow(this.#redraw);
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
    // Not by its number: a line that has just been told again has another one until it is drawn.
    const { cursor } = row.dataset;
    const line = cursor && this.#lines.shown.find(({ event }) => event?.cursor === cursor);
    if (!line) return;
    this.#scroller.stay();
    this.#choice.chooseLine(line, true);
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
    if (this.#choice.line) this.#choice.back();
    this.follow();
  }

  #drawAnew() {
    this.#anew = true;
    drawNow(this.#redraw);
  }

  #draw() {
    if (!this.#fed && part("canvas").childElementCount) return;
    this.#lines.held = !this.#scroller.following;
    this.#lines.settle();
    const { shown, all } = this.#lines;
    this.#scroller.show(shown, this.#anew);
    this.#anew = false;
    this.walk.markActive();
    if (!this.paused && this.#scroller.endInView) this.#seen = this.#lines.came;
    const fresh = this.#lines.came - this.#seen;
    part("news").hidden = fresh === 0 || this.paused;
    write(part("news-count"), texts.news(fresh));
    write(part("stream-count"), texts.lines(shown.length, Math.min(all.length, KEPT * 2)));
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
