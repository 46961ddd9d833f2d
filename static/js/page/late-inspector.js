// @ts-check
/** The inspector, brought once there is something to inspect: much of what the page is made of is for that. */

import { part, write } from "./stamps.js";
import { texts } from "./texts.js";

/** @typedef {import("../inspector/inspector.js").Inspector} Inspector */

export class LateInspector {
  #parts;
  /** @type {Inspector | null} */ #inspector = null;
  #asked = false;

  /** @param {ConstructorParameters<typeof import("../inspector/inspector.js").Inspector>[0]} parts what the inspector will be made of */
  constructor(parts) {
    this.#parts = parts;
    parts.choice.addEventListener("change", () => this.#bring());
  }

  /** What it may show has changed. */
  changed() {
    void this.#bring();
    this.#inspector?.changed();
  }

  async #bring() {
    const { choice, picture } = this.#parts;
    if (this.#asked || (choice.inspected === null && picture.rows.size === 0)) return;
    this.#asked = true;
    try {
      const { Inspector } = await import("../inspector/inspector.js");
      this.#inspector = new Inspector(this.#parts);
      this.#inspector.changed();
    } catch {
      // The server has gone before it was there: asked for again when something changes.
      this.#asked = false;
      part("inspector").hidden = choice.inspected === null;
      write(part("inspected"), texts.inspector.notLoaded);
    }
  }
}
