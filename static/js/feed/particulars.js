// @ts-check
/** What the feed does not tell of a connection: how it began, its round trips, its ending in words. */

import { ask, connectionPath } from "./api.js";

/** @typedef {import("../types").Detail} Detail */
/** @typedef {"asking" | "known" | "unknown" | "earlier" | "unreachable"} State */

/** Milliseconds from one question about the same connection to the next. */
const PAUSE = 1000;
const NOT_FOUND = 404;

export class Particulars extends EventTarget {
  /** @type {string | null} */ id = null;
  /** @type {Detail | null} */ detail = null;
  /** @type {State} */ state = "asking";
  #asking = false;
  #asked = -PAUSE;
  #timer = 0;

  /** Tell of this connection from now on. @param {string | null} id @param {boolean} earlier whether it is of an earlier run of the server */
  watch(id, earlier = false) {
    if (id === this.id) {
      if (earlier) this.state = "earlier";
      return;
    }
    this.id = id;
    this.detail = null;
    this.state = earlier ? "earlier" : "asking";
    this.#asked = -PAUSE;
    clearTimeout(this.#timer);
    if (id !== null && !earlier) void this.#ask();
  }

  /** Ask again, as something has come to pass that only the server can tell of. */
  renew() {
    if (this.#asking || this.id === null || this.state === "earlier") return;
    clearTimeout(this.#timer);
    const rest = this.#asked + PAUSE - performance.now();
    if (rest <= 0) void this.#ask();
    else this.#timer = window.setTimeout(() => void this.#ask(), rest);
  }

  /** The feed is back: what could not be asked can be asked again. */
  again() {
    if (this.state === "unreachable") this.renew();
  }

  async #ask() {
    if (this.#asking || this.id === null) return;
    const { id } = this;
    this.#asking = true;
    this.#asked = performance.now();
    const { status, told } = await ask(connectionPath(id));
    this.#asking = false;
    if (id !== this.id) {
      // Somebody has chosen another one since, which had to wait.
      if (this.state === "asking") void this.#ask();
      return;
    }
    if (this.state === "earlier") return;
    if (status === 200) this.detail = told;
    this.state = status === 200 ? "known" : status === NOT_FOUND ? "unknown" : "unreachable";
    this.dispatchEvent(new Event("change"));
  }
}
