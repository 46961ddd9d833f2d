// @ts-check
/** JSON as a tree that folds: drawn as far as it is open, however large and however deep it is. */

import { stamp } from "../page/stamps.js";
import { show } from "../words/visible.js";
import { texts } from "./texts.js";

/** @typedef {import("./json.js").Json} Json */

/** Lines that are open from the start, those of "expand all", and those of one array at a time. */
const FIRST = 100;
const EXPANDED = 1000;
const AT_ONCE = 100;
/** Levels that are open from the start, and those that fold at all: what is deeper stands on one line. */
const OPEN = 3;
const DEEPEST = 48;
/** Characters of a value that are shown; the text has the rest. */
const LONGEST = 4096;

export class JsonTree {
  #text;
  #left = FIRST;
  /** @type {WeakMap<HTMLElement, (most?: number) => void>} */ #fills = new WeakMap();
  /** @readonly */ element;

  /** @param {string} text @param {Json} root what it says */
  constructor(text, root) {
    this.#text = text;
    this.element = this.#branch(root, 0, false);
  }

  /** Open everything, as far as that stays quick. @returns {string} what to say if some of it stays folded */
  expand() {
    this.#left = EXPANDED;
    // The list is alive: what is drawn here is met later.
    for (const branch of this.#branches()) {
      if (this.#left <= 0) break;
      this.#fills.get(branch)?.(this.#left);
      branch.open = true;
    }
    return this.#left > 0 ? "" : texts.json.bounded(EXPANDED);
  }

  /** Fold everything within the outermost. */
  collapse() {
    for (const branch of this.#branches()) branch.open = branch === this.element;
  }

  *#branches() {
    if (this.element instanceof HTMLDetailsElement) yield this.element;
    for (const branch of this.element.getElementsByTagName("details")) yield branch;
  }

  /** @param {Json} value @param {number} depth @param {boolean} more whether another follows */
  #line(value, depth, more) {
    if (value.open && value.items.length && depth < DEEPEST)
      return this.#branch(value, depth, more);
    const { element, slots } = stamp("json-line");
    const token = this.#text.slice(value.start, Math.min(value.end, value.start + LONGEST));
    this.#key(slots, value);
    show(slots.value, token);
    const rest = value.end - value.start - token.length;
    slots.more.textContent = rest > 0 ? texts.json.more(rest) : more ? "," : "";
    return element;
  }

  /** @param {Json} value @param {number} depth @param {boolean} more */
  #branch(value, depth, more) {
    const { element, slots } = stamp("json-branch");
    const { keys, items } = texts.json;
    const close = (value.open === "{" ? "}" : "]") + (more ? "," : "");
    this.#key(slots, value);
    slots.open.textContent = value.open;
    slots.open.dataset.folded = `… ${close}`;
    slots.size.dataset.size = (value.open === "{" ? keys : items)(value.items.length);
    if (!(element instanceof HTMLDetailsElement)) return element;
    /** @type {((most?: number) => void) | undefined} */
    let draw;
    this.#fills.set(element, (most) => {
      // What is opened again is there already.
      if (draw && most === undefined) return;
      draw ??= this.#inside(element, value, depth, close);
      draw(most);
    });
    element.addEventListener("toggle", () => element.open && this.#fills.get(element)?.());
    element.open = depth === 0 || (depth < OPEN && value.items.length <= this.#left);
    if (element.open) this.#fills.get(element)?.();
    return element;
  }

  /**
   * Draw what is in a branch once it is open: its first items, and a button for the next.
   * @param {HTMLElement} branch @param {Json} value @param {number} depth @param {string} close
   * @returns {(most?: number) => void} draws more of them
   */
  #inside(branch, { items }, depth, close) {
    const { element, slots } = stamp("json-inside");
    let drawn = 0;
    const fill = (most = AT_ONCE) => {
      const part = items.slice(drawn, drawn + most);
      this.#left -= part.length;
      slots.more.before(
        ...part.map((item, i) => this.#line(item, depth + 1, drawn + i + 1 < items.length)),
      );
      drawn += part.length;
      const rest = items.length - drawn;
      slots.more.hidden = rest === 0;
      slots.more.textContent = rest ? texts.json.more(rest) : "";
    };
    slots.more.addEventListener("click", () => fill());
    slots.close.textContent = close;
    branch.append(...element.childNodes);
    return fill;
  }

  /** @param {Record<string, HTMLElement>} slots @param {Json} value */
  #key({ key }, value) {
    show(key, value.key);
    if (value.key) key.after(": ");
  }
}
