// @ts-check
/** The last minute's messages per second: in above the line, out below it. */

import { part } from "./stamps.js";

const SECONDS = 60;
const WIDTH = 120;
const MIDDLE = 14;
const REACH = 12;

export class Sparkline {
  /** @type {{ in: number, out: number }[]} */ #points = [];
  #lines = {
    in: part("rate-chart").querySelector("polyline.in"),
    out: part("rate-chart").querySelector("polyline.out"),
  };

  /** Add one second. @param {number} into @param {number} out */
  add(into, out) {
    this.#points.push({ in: into, out });
    if (this.#points.length > SECONDS + 1) this.#points.shift();
    const most = Math.max(1, ...this.#points.map((point) => Math.max(point.in, point.out)));
    this.#lines.in?.setAttribute("points", this.#path("in", -REACH / most));
    this.#lines.out?.setAttribute("points", this.#path("out", REACH / most));
  }

  /** @param {"in" | "out"} way @param {number} scale */
  #path(way, scale) {
    const start = WIDTH - ((this.#points.length - 1) * WIDTH) / SECONDS;
    return this.#points
      .map(
        (point, i) =>
          `${(start + (i * WIDTH) / SECONDS).toFixed(1)},${(MIDDLE + point[way] * scale).toFixed(1)}`,
      )
      .join(" ");
  }
}
