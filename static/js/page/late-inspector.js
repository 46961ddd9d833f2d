// @ts-check
/** The inspector, brought once there is something to inspect: much of what the page is made of is for that. */

import { part, write } from "./stamps.js";
import { texts } from "./texts.js";

/** @typedef {import("../inspector/inspector.js").Inspector} Inspector */

/** When nobody asks for it: after so many milliseconds, and not with all other pages to which somebody has come. */
const BETWEEN = () => 1000 + 4000 * Math.random();

export class LateInspector {
  #parts;
  /** @type {Inspector | null} */ #inspector = null;
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #soon;

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
    if (this.#asked) return;
    if (choice.inspected === null) {
      if (picture.rows.size > 0) this.#soon ??= setTimeout(() => this.#whenIdle(), BETWEEN());
    } else await this.#load();
  }

  #whenIdle() {
    requestIdleCallback(() => void this.#load());
  }

  async #load() {
    const { choice } = this.#parts;
    if (this.#asked) return;
    this.#asked = true;
    try {
      const { Inspector } = await import("../inspector/inspector.js");
      this.#inspector = new Inspector(this.#parts);
      this.#inspector.changed();
    } catch {
      // The server has gone before it was there: asked for again when something changes.
      this.#asked = false;
      this.#soon = undefined;
      part("inspector").hidden = choice.inspected === null;
      write(part("inspected"), texts.inspector.notLoaded);
    }
  }
}
