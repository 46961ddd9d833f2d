// @ts-check
/** The bar above the stream by which somebody says what to see of it: a search, and kinds of lines. */

import { part, write } from "../page/stamps.js";
import { Filter } from "./filter.js";
import { Kinds } from "./kinds.js";
import { texts } from "./texts.js";

export class FilterBar extends EventTarget {
  filter = new Filter();
  #kinds = new Kinds();
  #field = /** @type {HTMLInputElement} */ (part("filter"));

  constructor() {
    super();
    this.#field.addEventListener("input", () => this.#search());
    this.#kinds.addEventListener("change", () => this.#narrow());
  }

  /** Whether not every line is let through. */
  get narrowed() {
    return this.filter.isSearching || this.#kinds.hidden > 0;
  }

  /** Let every line through. */
  showAll() {
    this.#field.value = "";
    this.#kinds.showAll();
    this.#search();
  }

  /** The expression took too long: every line is shown. */
  giveUp() {
    this.filter.search("");
    explain(texts.slowPattern);
    this.#narrow();
  }

  #search() {
    explain(this.filter.search(this.#field.value));
    this.#narrow();
  }

  #narrow() {
    this.filter.kinds(this.#kinds.predicate());
    write(part("kinds-fold"), texts.kindsShown(this.#kinds.hidden));
    this.dispatchEvent(new Event("change"));
  }
}

/** Say below the field what is wrong with the search. @param {string | null} sentence */
function explain(sentence) {
  part("filter").setAttribute("aria-invalid", String(sentence !== null));
  part("filter-problem").hidden = sentence === null;
  write(part("filter-problem"), sentence ?? "");
}
