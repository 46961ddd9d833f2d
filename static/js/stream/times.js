// @ts-check
/** How the stream tells times: in seconds since the start of a line's own connection, or by the clock. */

import { part, write } from "../page/stamps.js";
import { clock, elapsed, timestamp } from "../words/format.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Event} Event */

/** Of how many connections the start is kept here, the oldest going first. */
const KEPT = 2000;

export class Times {
  #picture;
  #byClock = false;
  /** When connections began of which there are lines: their rows may go before those. @type {Map<string, number>} */
  #starts = new Map();
  /** Those of which lines stand there by the clock. @type {Set<string>} */ #unknown = new Set();

  /** @param {import("../feed/picture.js").Picture} picture @param {() => void} changed */
  constructor(picture, changed) {
    this.#picture = picture;
    part("time-mode").addEventListener("click", () => {
      this.#byClock = !this.#byClock;
      const mode = this.#byClock ? "clock" : "relative";
      part("stream-grid").dataset.times = mode;
      write(part("time-mode"), texts.time[mode]);
      part("time-mode").title = texts.time.explained[mode];
      changed();
    });
  }

  /** Learn from events when their connections began. @param {Event[]} events */
  learn(events) {
    for (const { kind, connection, time } of events) {
      if (kind === "opened" || kind === "refused") this.#keep(connection, time);
    }
  }

  /** Whether lines that stand there by the clock need not any more: their row has come after them. */
  knowsMore() {
    for (const connection of this.#unknown) {
      if (this.#start(connection) === null) continue;
      this.#unknown.clear(); // those still unknown are noted as they are drawn anew
      return true;
    }
    return false;
  }

  /** What stands in an event's line, and in full in the tooltip. @param {Event} event */
  of({ connection, time }) {
    const start = this.#start(connection);
    if (start === null && this.#unknown.size < KEPT) this.#unknown.add(connection);
    const since = start === null ? null : elapsed(time, start);
    return {
      words: this.#byClock ? clock(time) : (since ?? clock(time).slice(0, 8)),
      full: timestamp(time) + (since === null ? texts.time.startUnknown : texts.time.since(since)),
    };
  }

  /** @param {string} connection */
  #start(connection) {
    const known = this.#starts.get(connection);
    if (known !== undefined) return known;
    const { rows, handshakes } = this.#picture;
    const told = rows.get(connection)?.opened ?? handshakes.get(connection)?.time;
    if (told === undefined) return null;
    this.#keep(connection, told);
    return told;
  }

  /** @param {string} connection @param {number} start */
  #keep(connection, start) {
    this.#starts.set(connection, start);
    if (this.#starts.size <= KEPT) return;
    for (const oldest of this.#starts.keys()) {
      this.#starts.delete(oldest);
      break;
    }
  }
}
