// @ts-check
/** The kinds of lines that the stream shows: buttons that are pressed as long as theirs are shown. */

import { part } from "../page/stamps.js";
import { opcodeName } from "../words/words.js";

/** @typedef {import("./lines.js").Line} Line */

export class Kinds extends EventTarget {
  /** @type {HTMLButtonElement[]} */ #buttons = [...part("kinds").querySelectorAll("button")];

  constructor() {
    super();
    part("kinds").addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (!button) return;
      this.#press(button, button.getAttribute("aria-pressed") !== "true");
      this.dispatchEvent(new Event("change"));
    });
    part("kinds").addEventListener("keydown", (event) => this.#move(event));
    const [first, ...others] = this.#buttons;
    first.tabIndex = 0;
    for (const button of others) button.tabIndex = -1;
    part("kinds-fold").addEventListener("click", () => {
      const open = part("kinds-fold").getAttribute("aria-expanded") !== "true";
      part("kinds-fold").setAttribute("aria-expanded", String(open));
      part("kinds").toggleAttribute("data-open", open);
    });
  }

  /** How many kinds are not shown. */
  get hidden() {
    return this.#buttons.filter((button) => button.dataset.kind && !isPressed(button)).length;
  }

  /** Show every kind. */
  showAll() {
    for (const button of this.#buttons) mark(button, true);
  }

  /** Make the test of what is shown now. @returns {(line: Line) => boolean} */
  predicate() {
    const off = new Set(
      this.#buttons.filter((button) => !isPressed(button)).map(({ dataset }) => dataset.kind),
    );
    return ({ event }) => {
      if (!event) return true;
      if (event.kind !== "frame") return !off.has("events");
      if (off.has(event.direction) || (event.heartbeat && off.has("heartbeat"))) return false;
      return event.heartbeat || !off.has(opcodeName(event.opcode));
    };
  }

  /** @param {HTMLButtonElement} button @param {boolean} pressed */
  #press(button, pressed) {
    mark(button, pressed);
    const { group, of } = button.dataset;
    // The button of a group is pressed as long as all in it are.
    for (const other of this.#buttons)
      if (other.dataset.of && other.dataset.of === group) mark(other, pressed);
    const head = this.#buttons.find((other) => of !== undefined && other.dataset.group === of);
    if (head)
      mark(
        head,
        this.#buttons.every((other) => other.dataset.of !== of || isPressed(other)),
      );
  }

  /** One stop for the tabulator, and arrows between the buttons. @param {KeyboardEvent} event */
  #move(event) {
    const at = this.#buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const last = this.#buttons.length - 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0 || to < 0 || to > last) return;
    event.preventDefault();
    this.#buttons[at].tabIndex = -1;
    this.#buttons[to].tabIndex = 0;
    this.#buttons[to].focus();
  }
}

/** @param {HTMLButtonElement} button */
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

/** @param {HTMLButtonElement} button @param {boolean} pressed */
const mark = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));
