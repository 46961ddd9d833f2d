// @ts-check
/** A live feed: a WebSocket that reconnects by itself and resumes at its cursor. */

/** @typedef {import("../types").Hello} Hello */
/** @typedef {import("../types").Events} Events */
/** @typedef {import("../types").State} State */
/**
 * @typedef {object} FeedState
 * @property {"connecting" | "live" | "silent" | "lost" | "refused" | "locked"} state refused: the
 *   server answers, and not by the feed; locked: it wants another token
 * @property {number} seconds until the next attempt
 */
/**
 * @typedef {object} Reader
 * @property {(message: Hello, restarted: boolean) => void} hello
 * @property {(message: Events, first: boolean) => void} events first: from as far back as the server would go, not from a cursor
 * @property {(message: State) => void} state
 * @property {(state: FeedState) => void} changed
 */

// Between two attempts, in milliseconds, give or take a quarter.
const SHORTEST = 500;
const LONGEST = 3200;
// And where the server is there and refuses: so many pages may be watching that it has no place left.
const REFUSED_LONGEST = 24_000;
const REFUSED_OFTEN = 3;
// The server says something every quarter of a second. What counts is how often this page has
// looked, not the clock: a page that slept has not waited.
const LOOK = 500;
const SILENT = 4;
const GIVEN_UP = 10;
// What is refused for the same reasons as the feed.
const ORDINARY = "/api/events?limit=1";
const UNAUTHORIZED = 401;

export class Feed {
  /** @type {string | null} */ #cursor = null;
  /** @type {string | null} */ #run = null;
  /** @type {WebSocket | null} */ #socket = null;
  #path;
  #reader;
  #failures = 0;
  #due = 0;
  #timer = 0;
  /** Whether the server wants another token than the one this page was opened with. */
  #locked = false;
  /** How often the feed could not be had though the server was there. */
  #refusals = 0;
  /** How many looks ago the server last said something. */
  #quiet = 0;

  /** @param {string | null} path @param {Reader} reader */
  constructor(path, reader) {
    this.#path = path;
    this.#reader = reader;
    // Nobody waits out a pause in front of a network that has just come back.
    window.addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    setInterval(() => this.#look(), LOOK);
  }

  /** Read another feed from now on, from as far back as the server goes; none for null. @param {string | null} path */
  read(path) {
    this.#path = path;
    this.#cursor = null;
    this.#run = null;
    this.#failures = 0;
    this.#due = 0;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (path !== null) this.open();
  }

  /** Open the feed, after the last event seen if there is one. */
  open() {
    if (this.#path === null) return;
    clearTimeout(this.#timer);
    this.#due = 0;
    this.#reader.changed({ state: this.#failures ? this.#why : "connecting", seconds: 0 });
    const address = new URL(this.#path, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (this.#cursor !== null) address.searchParams.set("after", this.#cursor);
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#quiet = 0;
    socket.addEventListener(
      "message",
      (event) => socket === this.#socket && this.#receive(JSON.parse(event.data)),
    );
    socket.addEventListener("close", () => socket === this.#socket && this.#lose());
  }

  /** @param {import("../types").Message} message */
  #receive(message) {
    if (this.#quiet >= SILENT && this.#failures === 0)
      this.#reader.changed({ state: "live", seconds: 0 });
    this.#quiet = 0;
    switch (message.type) {
      case "hello": {
        const restarted = this.#run !== null && this.#run !== message.run;
        this.#run = message.run;
        this.#failures = 0;
        this.#locked = false;
        this.#refusals = 0;
        this.#reader.changed({ state: "live", seconds: 0 });
        this.#reader.hello(message, restarted);
        break;
      }
      case "events": {
        const first = this.#cursor === null;
        this.#cursor = message.cursor;
        this.#reader.events(message, first);
        break;
      }
      case "state":
        this.#reader.state(message);
        break;
    }
  }

  /** Nothing is heard of a server that hangs, or of a cable that was pulled out. */
  #look() {
    if (!this.#socket) return;
    this.#quiet += 1;
    if (this.#quiet === GIVEN_UP) {
      this.#socket.close();
      this.#lose();
    } else if (this.#quiet === SILENT && this.#failures === 0 && this.#run !== null) {
      this.#reader.changed({ state: "silent", seconds: 0 });
    }
  }

  #lose() {
    this.#socket = null;
    this.#failures += 1;
    // Not when it is lost, but when it cannot be had again.
    if (this.#failures > 1 && !this.#locked) void this.#askWhy();
    const most = this.#refusals > REFUSED_OFTEN ? REFUSED_LONGEST : LONGEST;
    const pause = Math.min(most, SHORTEST * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2);
    this.#due = performance.now() + pause;
    this.#count();
  }

  /** A WebSocket does not tell a page why it was refused; an ordinary request does. */
  async #askWhy() {
    try {
      const { ok, status } = await fetch(ORDINARY, { method: "HEAD", cache: "no-store" });
      this.#locked = status === UNAUTHORIZED;
      this.#refusals = ok ? this.#refusals + 1 : 0;
    } catch {
      this.#refusals = 0; // nobody is there
    }
  }

  /** What is known of why there is no feed. */
  get #why() {
    if (this.#locked) return "locked";
    return this.#refusals > REFUSED_OFTEN ? "refused" : "lost";
  }

  #count() {
    const rest = this.#due - performance.now();
    if (rest <= 0) {
      this.open();
      return;
    }
    this.#reader.changed({ state: this.#why, seconds: Math.ceil(rest / 1000) });
    this.#timer = window.setTimeout(() => this.#count(), rest % 1000 || 1000);
  }

  #hurry() {
    if (this.#due) this.open();
  }
}
