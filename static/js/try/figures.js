// @ts-check
/** One line about this page's own connection: what was sent and received, and how long it took. */

import { part, write } from "../page/stamps.js";
import { count, duration, size } from "../words/format.js";
import { texts } from "./texts.js";

const LOOK = 100;

export class TryFigures {
  #client;
  #exchanges;
  #due = 0;
  #timer = 0;

  /** @param {import("./client.js").Client} client @param {import("./exchanges.js").Exchanges} exchanges */
  constructor(client, exchanges) {
    this.#client = client;
    this.#exchanges = exchanges;
  }

  /** Draw with the next animation frame. */
  changed() {
    this.#due ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#due = 0;
    const { sent, received, trips } = this.#exchanges;
    part("try-figures").hidden = sent + received === 0;
    const figures = texts.figures(count(sent), count(received));
    const times = trips && texts.trips(duration(trips.last), duration(trips.median));
    write(part("try-figures"), figures + (times ?? ""));
    const { buffered } = this.#client;
    part("try-buffered").hidden = buffered === 0;
    write(part("try-buffered"), buffered ? texts.buffered(size(buffered)) : "");
    clearTimeout(this.#timer);
    // Nothing tells when the browser has sent what it held.
    if (buffered) this.#timer = window.setTimeout(() => this.changed(), LOOK);
  }
}
