// @ts-check
/** How the stream tells times: by the clock, or in seconds since a connection or the first line began. */

import { part, write } from "../page/stamps.js";
import { texts } from "./texts.js";

export class Times {
  #choice;
  #picture;
  #byClock = false;
  /** When the first line was, where all connections are shown. @type {number | null} */
  #first = Number(part("stream").dataset.since) || null;

  /**
   * @param {import("../page/choice.js").Choice} choice @param {import("../feed/picture.js").Picture} picture
   * @param {() => void} changed
   */
  constructor(choice, picture, changed) {
    this.#choice = choice;
    this.#picture = picture;
    part("time-mode").addEventListener("click", () => {
      this.#byClock = !this.#byClock;
      part("stream-grid").dataset.times = this.#byClock ? "clock" : "relative";
      write(
        part("time-mode"),
        this.#byClock ? texts.stream.time.clock : texts.stream.time.relative,
      );
      changed();
    });
  }

  /** There is a line of this time; the first one counts. @param {number | undefined} time */
  begin(time) {
    this.#first ??= time ?? null;
  }

  /** The view is empty, and begins anew. */
  clear() {
    this.#first = null;
  }

  /** Since when times are counted, in microseconds; null for the time of day. */
  get origin() {
    if (this.#byClock) return null;
    const { connection } = this.#choice;
    if (connection === null) return this.#first;
    const { rows, handshakes } = this.#picture;
    return rows.get(connection)?.opened ?? handshakes.get(connection)?.time ?? this.#first;
  }
}
