// @ts-check
/** Of many things to press only one is a stop of the Tab key; arrow keys lead from there to the others. */

export class Roving {
  #box;
  #selector;
  /** What Tab leads to: the last, or where somebody was. @type {SVGElement | null} */ #current =
    null;
  #visited = false;

  /**
   * @param {HTMLElement} box what holds them; the SVG that they are of must not listen to the focus, or it gets it itself
   * @param {string} selector @param {(element: SVGElement) => void} press
   */
  constructor(box, selector, press) {
    this.#box = box;
    this.#selector = selector;
    box.addEventListener("click", ({ target }) => {
      const element = this.of(target);
      // Who selects text does not press.
      if (!element || window.getSelection()?.type === "Range") return;
      this.#visit(element);
      press(element);
    });
    box.addEventListener("focusin", ({ target }) => {
      const element = this.of(target);
      if (element) this.#visit(element);
    });
    box.addEventListener("keydown", (event) => {
      const element = this.of(event.target);
      if (!element || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") press(element);
      else if (!this.#go(element, event.key)) return;
      event.preventDefault();
    });
  }

  /** Those there are have changed. */
  changed() {
    if (!this.#current?.isConnected) this.#visited = false;
    if (!this.#visited) this.#set(this.#all().at(-1));
  }

  /** Come back to where one was. */
  focus() {
    this.#current?.focus({ preventScroll: true });
  }

  /** The one that something is part of. @param {EventTarget | null} target */
  of(target) {
    const element = target instanceof Element ? target.closest(this.#selector) : null;
    return element instanceof SVGElement ? element : null;
  }

  /** @returns {SVGElement[]} */
  #all() {
    return [...this.#box.querySelectorAll(this.#selector)].filter(
      (each) => each instanceof SVGElement,
    );
  }

  /** @param {SVGElement} element @param {string} key @returns {boolean} whether the key is one of these */
  #go(element, key) {
    const all = this.#all();
    const at = all.indexOf(element);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
    if (to === undefined) return false;
    all[to]?.focus();
    return true;
  }

  /** @param {SVGElement} element */
  #visit(element) {
    this.#visited = true;
    this.#set(element);
  }

  /** @param {SVGElement | undefined} element */
  #set(element) {
    if (!element || element === this.#current) return;
    this.#current?.setAttribute("tabindex", "-1");
    element.setAttribute("tabindex", "0");
    this.#current = element;
  }
}
