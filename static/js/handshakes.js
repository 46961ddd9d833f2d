// @ts-check
/** How connections began that the feed has not told this page of: asked of the server, once each. */

const CONNECTIONS = "/api/connections/";

/** @typedef {"known" | "asking" | "unknown" | "earlier" | "unreachable"} HandshakeState */

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
    if (this.#picture.handshakes.has(id)) return "known";
    return this.#picture.isEarlier(id) ? "earlier" : (this.#asked.get(id) ?? "asking");
  }

  /** See to it that a connection's handshake is known, where that can be. @param {string} id */
  async want(id) {
    if (this.#asked.has(id) || ["known", "earlier"].includes(this.state(id))) return;
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
      const answer = await fetch(CONNECTIONS + encodeURIComponent(id));
      if (!answer.ok) return "unknown";
      const { began } = /** @type {{ began: import("./types").Began }} */ (await answer.json());
      this.#picture.remember(began);
      return "unknown";
    } catch {
      return "unreachable";
    }
  }
}
