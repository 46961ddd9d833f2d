// @ts-check
/** One message sent many times: as fast as it goes out, a few at a time, so that the page stays usable. */

const AT_A_TIME = 32;
/** How many bytes may wait in the browser. */
const ROOM = 1_048_576;
const PAUSE = 4;

export class Burst {
  #left = 0;
  #timer = 0;
  #client;
  #changed;

  /** @param {import("./client.js").Client} client @param {() => void} changed begun or ended */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    client.addEventListener("close", () => this.stop());
  }

  /** Whether there is more to be sent. */
  get active() {
    return this.#left > 0;
  }

  /** @param {number} times @param {() => void} send */
  start(times, send) {
    this.#left = times;
    this.#go(send);
    this.#changed();
  }

  stop() {
    clearTimeout(this.#timer);
    if (!this.active) return;
    this.#left = 0;
    this.#changed();
  }

  /** @param {() => void} send */
  #go(send) {
    for (let n = 0; n < AT_A_TIME && this.active && this.#client.buffered < ROOM; n += 1) {
      this.#left -= 1;
      send();
    }
    if (this.active) this.#timer = window.setTimeout(() => this.#go(send), PAUSE);
    else this.#changed();
  }
}
