// @ts-check
/** How connections began that the feed has not told this page of: asked from the server, once each. */

const EVENTS = "/api/events";
// As many as the server gives: a handshake is the first event of its connection.
const MOST = "1000";

/** @typedef {"known" | "asking" | "unknown" | "unreachable"} HandshakeState */

export class Handshakes {
  #picture;
  #told;
  /** @type {Map<string, "asking" | "unknown" | "unreachable">} */ #asked = new Map();

  /** @param {import("./picture.js").Picture} picture @param {() => void} told called when there is an answer */
  constructor(picture, told) {
    this.#picture = picture;
    this.#told = told;
  }

  /** What there is to say about a connection's handshake. @param {string} id @returns {HandshakeState} */
  state(id) {
    return this.#picture.handshakes.has(id) ? "known" : (this.#asked.get(id) ?? "asking");
  }

  /** See to it that a connection's handshake is known, where that can be. @param {string} id */
  async want(id) {
    if (this.#picture.handshakes.has(id) || this.#asked.has(id)) return;
    this.#asked.set(id, "asking");
    this.#asked.set(id, await this.#ask(id));
    this.#told();
  }

  /** The feed is back: what could not be asked can be asked again. */
  again() {
    this.#asked.clear();
  }

  /** @param {string} id */
  async #ask(id) {
    try {
      const answer = await fetch(`${EVENTS}?${new URLSearchParams({ connection: id, limit: MOST })}`);
      if (!answer.ok) return "unknown";
      const { events } = /** @type {import("./types").Events} */ (await answer.json());
      for (const event of events) {
        if (event.kind === "opened" || event.kind === "refused") this.#picture.remember(event);
      }
      return "unknown";
    } catch {
      return "unreachable";
    }
  }
}
