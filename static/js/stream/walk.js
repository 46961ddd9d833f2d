// @ts-check
/** Moves the current line of the stream by keys, and opens it. */

import { part } from "../page/stamps.js";

/** @typedef {import("./lines.js").Line} Line */

export class Walk {
  #choice;
  #scroller;
  #shown;

  /**
   * @param {import("../page/choice.js").Choice} choice @param {import("./scroller.js").Scroller} scroller
   * @param {() => Line[]} shown the lines that are shown now
   */
  constructor(choice, scroller, shown) {
    this.#choice = choice;
    this.#scroller = scroller;
    this.#shown = shown;
  }

  /** Move by so many rows. @param {number} by */
  step(by) {
    const shown = this.#shown();
    if (!shown.length) return;
    const at = this.#choice.line ? shown.indexOf(this.#choice.line) : -1;
    const last = shown.length - 1;
    const start = by < 0 || this.#scroller.following ? last : 0;
    this.#to(at < 0 ? start : Math.max(0, Math.min(last, at + by)));
  }

  /** Move by a page. @param {1 | -1} by */
  page(by) {
    this.step(by * this.#scroller.page);
  }

  /** Move to the first line. */
  toStart() {
    if (this.#shown().length) this.#to(0);
  }

  /** Open the current line in the inspector, or make the last one that. */
  open() {
    if (this.#choice.line) this.#choice.chooseLine(this.#choice.line, true);
    else this.step(-1);
  }

  /** Name the current line, where it is drawn: what is not there cannot be active. */
  markActive() {
    const { line } = this.#choice;
    const id = `line-${line?.number}`;
    const grid = part("stream-grid");
    if (line && document.getElementById(id)) grid.setAttribute("aria-activedescendant", id);
    else grid.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  #to(index) {
    this.#scroller.stay();
    this.#scroller.reveal(index);
    this.#choice.chooseLine(this.#shown()[index]);
  }
}
