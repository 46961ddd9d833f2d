// @ts-check
/** The bar above the stream by which somebody says what to see of it: a search, kinds of lines, a connection. */

import { Filter } from "./filter.js";
import { shortId } from "./format.js";
import { Kinds } from "./kinds.js";
import { part, write } from "./stamps.js";
import { texts } from "./texts.js";

export class FilterBar extends EventTarget {
  filter = new Filter();
  #kinds = new Kinds();
  #field = /** @type {HTMLInputElement} */ (part("filter"));
  #choice;

  /** @param {import("./choice.js").Choice} choice */
  constructor(choice) {
    super();
    this.#choice = choice;
    this.#field.addEventListener("input", () => this.#search());
    this.#kinds.addEventListener("change", () => this.#narrow());
    part("narrowed").addEventListener("click", () => choice.chooseConnection(null));
    choice.addEventListener("change", () => this.#chosen());
  }

  /** Whether not every line is let through. */
  get narrowed() {
    const { filter } = this;
    return filter.isSearching || filter.connection !== null || this.#kinds.hidden > 0;
  }

  /** Let every line through. */
  showAll() {
    this.#field.value = "";
    this.#kinds.showAll();
    this.#choice.chooseConnection(null);
    this.#search();
  }

  /** The expression took too long: every line is shown. */
  giveUp() {
    this.filter.search("");
    explain(texts.stream.slowPattern);
  }

  #search() {
    explain(this.filter.search(this.#field.value) ? null : texts.stream.badPattern);
    this.#narrow();
  }

  #chosen() {
    const { connection } = this.#choice;
    if (connection === this.filter.connection) return;
    this.filter.connection = connection;
    part("narrowed").hidden = connection === null;
    if (connection !== null) {
      write(part("narrowed-words"), texts.stream.narrowed(shortId(connection)));
    }
    this.#narrow();
  }

  #narrow() {
    this.filter.kinds(this.#kinds.predicate());
    write(part("kinds-fold"), texts.stream.kindsShown(this.#kinds.hidden));
    this.dispatchEvent(new Event("change"));
  }
}

/** Say below the field what is wrong with the search. @param {string | null} sentence */
function explain(sentence) {
  part("filter").setAttribute("aria-invalid", String(sentence !== null));
  part("filter-problem").hidden = sentence === null;
  write(part("filter-problem"), sentence ?? "");
}
