// @ts-check
/** The sequence diagram of one connection: grows while one watches, and stays where somebody reads. */

import { copyFrom } from "../page/copy.js";
import { write } from "../page/stamps.js";
import { svg } from "../page/svg.js";
import { BAR, drawRow, heightOf, LEFT, looksOf, RIGHT, tooltip } from "./diagram-drawing.js";
import { rowsOf } from "./diagram-rows.js";
import { Roving } from "./roving.js";
import { texts } from "./texts.js";

/** @typedef {import("./diagram-rows.js").Row} Row */
/** @typedef {import("./diagram-rows.js").Known} Known */
/** @typedef {{ group: SVGGElement, looks: string, y: number, row: Row }} Placed */

// Milliseconds between two drawings: what a drawing takes is to be a small share of them.
const PAUSE = 250;
const LONGEST = 2000;
const SHARE = 1 / 30;
const NEAR = 12;

export class Diagram {
  #box;
  #news;
  #paper = svg("svg", { role: "list", class: "sequence" });
  /** The lifelines of client and server, behind everything. */
  #lives = [svg("line", { class: "life" }), svg("line", { class: "life" })];
  /** @type {Map<string, Placed>} */ #placed = new Map();
  /** @type {Known | null} */ #known = null;
  #size = { width: 0, height: 0 };
  /** The end is in view, or is to be. */
  #following = true;
  #top = 0;
  /** With which frame the newest start, as long as somebody reads. */
  #from = "";
  #drawn = { at: -LONGEST, from: "" };
  /** Milliseconds from one drawing to the next. */
  #pause = PAUSE;
  #due = 0;
  #arrows;

  /**
   * @param {Record<string, HTMLElement>} slots @param {string} mermaid where the same is to be had as text
   * @param {(row: Row) => void} open what pressing an arrow does
   */
  constructor(slots, mermaid, open) {
    this.#box = slots["diagram-box"];
    this.#news = slots["diagram-news"];
    this.#paper.setAttribute("aria-label", texts.diagram.label);
    this.#paper.append(svg("g", { "aria-hidden": "true" }, ...this.#lives));
    this.#box.append(this.#paper);
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#box.addEventListener("focusout", () => this.#soon());
    this.#arrows = new Roving(this.#box, ".message", (message) => {
      const row = this.#rowOf(message);
      if (row) open(row);
    });
    this.#box.addEventListener("pointerover", ({ target }) => this.#explain(target));
    this.#news.addEventListener("click", () => this.follow());
    const copier = slots["diagram-copy"];
    copier.addEventListener("click", () => copyFrom(copier, mermaid));
    slots["diagram-link"].setAttribute("href", mermaid);
    new ResizeObserver(([{ contentRect }]) => {
      const ends = slots["diagram-ends"].offsetHeight;
      const { width, height } = contentRect;
      const back = this.#size.width === 0;
      this.#size = { width: Math.floor(width), height: Math.floor(height) - ends };
      this.#draw();
      // Where it was taken out of the page or folded, it has lost its place.
      if (back && !this.#following) this.#box.scrollTop = this.#top;
    }).observe(this.#box);
  }

  /** Draw what is known now, soon. @param {Known} known */
  update(known) {
    this.#known = known;
    this.#soon();
  }

  /** Go to the end and follow it. */
  follow() {
    this.#following = true;
    this.#from = "";
    this.#draw();
  }

  /** Come back to the arrow that was pressed. */
  focus() {
    this.#arrows.focus();
  }

  #soon() {
    const rest = this.#drawn.at + this.#pause - performance.now();
    this.#due ||= window.setTimeout(() => this.#draw(), Math.max(0, rest));
  }

  #draw() {
    clearTimeout(this.#due);
    this.#due = 0;
    // Folded, it has no size.
    if (!this.#known || this.#known.story.state === "asking" || this.#size.width === 0) return;
    const reads = !this.#following || this.#paper.contains(document.activeElement);
    this.#from = reads ? this.#from || this.#drawn.from : "";
    const found = rowsOf(this.#known, this.#from);
    this.#tellNews(found);
    if (!found) return;
    // What had ended before anybody looked takes no more room than it needs.
    if (this.#drawn.at < 0) this.#box.toggleAttribute("data-ended", hasEnded(found.rows));
    const began = performance.now();
    this.#drawn = { at: began, from: found.from };
    this.#place(found.rows);
    if (this.#following) this.#box.scrollTop = this.#box.scrollHeight;
    const took = performance.now() - began;
    this.#pause = Math.min(LONGEST, Math.max(PAUSE, took / SHARE));
  }

  /** @param {import("./diagram-rows.js").Drawn | null} found */
  #tellNews(found) {
    this.#news.hidden = found !== null && found.later === 0;
    write(this.#news, texts.diagram.news(found?.later ?? 0));
  }

  /** Draw rows where they differ from those that stand there. @param {Row[]} rows */
  #place(rows) {
    const { width, height } = this.#size;
    const paper = { width, opened: this.#known?.row?.opened ?? this.#known?.began?.time ?? 0 };
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { group }] of this.#placed) {
      if (keys.has(key)) continue;
      group.remove();
      this.#placed.delete(key);
    }
    let y = 0;
    /** @type {Element | null | undefined} */
    let next = this.#paper.firstElementChild?.nextElementSibling;
    for (const row of rows) {
      const old = this.#placed.get(row.key)?.group;
      const placed = this.#renew(row, looksOf(row, paper), paper);
      if (old === next) next = placed.group;
      if (placed.group === next) next = next.nextElementSibling;
      else this.#paper.insertBefore(placed.group, next ?? null);
      if (placed.y !== y) {
        placed.y = y;
        placed.group.setAttribute("transform", `translate(0 ${y})`);
      }
      y += heightOf(row);
    }
    // What has not ended has room to grow.
    const ended = hasEnded(rows);
    const whole = ended ? y : Math.max(y + NEAR, height);
    const reach = ended ? y - heightOf(rows[rows.length - 1]) + BAR : whole;
    for (const [i, x] of [LEFT, width - RIGHT].entries())
      set(this.#lives[i], { x1: x, x2: x, y1: 0, y2: reach });
    set(this.#paper, { width, height: whole });
    this.#arrows.changed();
  }

  /** @param {Row} row @param {string} looks @param {import("./diagram-drawing.js").Paper} paper @returns {Placed} */
  #renew(row, looks, paper) {
    const old = this.#placed.get(row.key);
    if (old?.looks === looks) return old;
    const group = drawRow(row, paper);
    const focused = old?.group.contains(document.activeElement);
    old?.group.replaceWith(group);
    const placed = { group, looks, y: -1, row };
    this.#placed.set(row.key, placed);
    if (focused) this.#arrows.of(group.firstElementChild)?.focus({ preventScroll: true });
    return placed;
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#box;
    if (this.#size.width === 0) return;
    this.#top = scrollTop;
    const following = scrollTop + clientHeight >= scrollHeight - NEAR;
    if (following === this.#following) return;
    this.#following = following;
    this.#soon();
  }

  /** Say in full, to who points at it, what does not fit. @param {EventTarget | null} target */
  #explain(target) {
    const message = this.#arrows.of(target);
    const row = message && this.#rowOf(message);
    if (row && message.firstElementChild?.tagName !== "title")
      message.prepend(svg("title", {}, tooltip(row)));
  }

  /** @param {SVGElement} message */
  #rowOf(message) {
    return [...this.#placed.values()].find(({ group }) => group.contains(message))?.row;
  }
}

/** @param {SVGElement} element @param {Record<string, number>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** @param {Row[]} rows */
const hasEnded = (rows) => rows.at(-1)?.kind === "end";
