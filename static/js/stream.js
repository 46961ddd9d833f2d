// @ts-check
/** The stream of frames: follows its end, or stays where somebody reads. */

import { drawBlank } from "./blank.js";
import { FilterBar } from "./filter-bar.js";
import { KEPT, Lines } from "./lines.js";
import { fillRow, makeRow } from "./row.js";
import { Scroller } from "./scroller.js";
import { part, write } from "./stamps.js";
import { texts } from "./texts.js";

/** @typedef {import("./types").Line} Line */

export class Stream extends EventTarget {
  #lines = new Lines();
  #choice;
  #picture;
  #scroller;
  #bar;
  /** Lines of which is to be decided whether the filter lets them through, and those it is being decided of. */
  #arriving = /** @type {Line[]} */ ([]);
  #deciding = /** @type {Line[] | null} */ (null);
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
    this.#bar = new FilterBar(choice);
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
    this.#bar.addEventListener("change", () => this.#narrow());
    part("pause").addEventListener("click", () => this.pause());
    part("clear").addEventListener("click", () => this.#clear());
    part("news").addEventListener("click", () => this.follow());
    part("blank-step").addEventListener("click", () => this.#bar.showAll());
    part("time-mode").addEventListener("click", () => this.#switchTime());
  }

  get paused() {
    return this.#lines.paused;
  }

  /** How many lines wait for the end of a pause. */
  get waiting() {
    return this.#lines.waiting;
  }

  /** Take in a batch of the feed. @param {import("./types").Events} batch @param {number} earlier how many went before what a new page gets */
  add(batch, earlier = 0) {
    if (earlier) this.#arriving.push(this.#lines.make(null, "earlier", earlier));
    const { forgotten, skipped, events } = batch;
    if (forgotten) this.#arriving.push(this.#lines.make(null, "forgotten", forgotten));
    if (skipped) this.#arriving.push(this.#lines.make(null, "skipped", skipped));
    this.#feed();
    this.#since ??= events[0]?.time ?? null;
    for (const event of events) this.#arriving.push(this.#lines.make(event));
    this.#sift();
  }

  /** What came with the page gives way to the feed's own lines, in the same frame and at the same place. */
  #feed() {
    if (this.#fed) return;
    this.#fed = true;
    part("canvas").replaceChildren();
  }

  /** @param {import("./types").GapKind} kind */
  gap(kind, size = 0) {
    this.#arriving.push(this.#lines.make(null, kind, size));
    this.#sift();
  }

  /** Look again at whether anybody has connected; `anew` where lines that stand there look different now. */
  refresh(anew = false) {
    this.#soon(anew);
  }

  /** Whether not every event is let through. */
  get narrowed() {
    return this.#bar.narrowed;
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
    const { connection } = this.#bar.filter;
    if (connection === null) return this.#since;
    const { rows, handshakes } = this.#picture;
    return rows.get(connection)?.opened ?? handshakes.get(connection)?.time ?? this.#since;
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
    const { line } = this.#choice;
    part("stream-grid").setAttribute("aria-activedescendant", line ? `line-${line.number}` : "");
    this.#soon(true);
  }

  /** Let the lines that have come through, in order; a search by an expression takes its time. */
  #sift() {
    if (this.#deciding || !this.#arriving.length) return;
    const lines = this.#arriving;
    this.#arriving = [];
    this.#decide(lines, () => this.#lines.take(lines));
  }

  /** The filter is another: decide anew of all lines. */
  #narrow() {
    this.#bar.filter.cancel();
    // What had not been decided of comes after what was there before.
    if (this.#deciding) this.#arriving.unshift(...this.#deciding);
    this.#decide(this.#lines.everything, () => {
      this.#lines.refilter();
      this.#anew = true;
      this.follow();
    }, []);
  }

  /** @param {Line[]} lines @param {() => void} decided @param {Line[]} back what waits on if the filter changes meanwhile */
  #decide(lines, decided, back = lines) {
    this.#deciding = back;
    this.#bar.filter.decide(lines, (inTime) => {
      this.#deciding = null;
      decided();
      this.#soon();
      if (inTime) this.#sift();
      else {
        this.#bar.giveUp();
        this.#narrow();
      }
    });
  }

  #clear() {
    this.#feed();
    this.#bar.filter.cancel();
    this.#deciding = null;
    this.#arriving = [];
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
