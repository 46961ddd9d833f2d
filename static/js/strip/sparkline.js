// @ts-check
/** The last minute of something per second, in a few pixels: in above the line, out below it. */

import { write } from "../page/stamps.js";

/** @typedef {{ in: number, out: number }} Rates */

const SECONDS = 60;
const WIDTH = 120;
const MIDDLE = 14;
const REACH = 12;

export class Sparkline {
  /** One for each second; null where nothing was known. @type {(Rates | null)[]} */ #points = [];
  #svg;
  #lines;
  /** What its label says, for those who point at it. */
  #title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  #words;

  /**
   * @param {Element} svg with a path for either direction
   * @param {(most: Rates) => string} words say what is drawn, given the highest of the minute
   */
  constructor(svg, words) {
    this.#svg = svg;
    this.#words = words;
    svg.prepend(this.#title);
    this.#lines = { in: svg.querySelector("path.in"), out: svg.querySelector("path.out") };
  }

  /** Add one second. @param {Rates | null} rates */
  add(rates) {
    this.#points.push(rates);
    if (this.#points.length > SECONDS + 1) this.#points.shift();
    const most = { in: this.#most("in"), out: this.#most("out") };
    const scale = REACH / Math.max(1, most.in, most.out);
    this.#lines.in?.setAttribute("d", this.#path("in", -scale));
    this.#lines.out?.setAttribute("d", this.#path("out", scale));
    const words = this.#words(most);
    this.#svg.setAttribute("aria-label", words);
    write(this.#title, words);
  }

  /** @param {"in" | "out"} way */
  #most(way) {
    return Math.max(0, ...this.#points.map((point) => point?.[way] ?? 0));
  }

  /** @param {"in" | "out"} way @param {number} scale */
  #path(way, scale) {
    const start = WIDTH - ((this.#points.length - 1) * WIDTH) / SECONDS;
    let path = "";
    let pen = "M";
    for (const [i, point] of this.#points.entries()) {
      if (point) {
        const x = start + (i * WIDTH) / SECONDS;
        path += `${pen}${x.toFixed(1)},${(MIDDLE + point[way] * scale).toFixed(1)}`;
      }
      pen = point ? "L" : "M";
    }
    return path;
  }
}
