// @ts-check
/**
 * What happened on one connection, event by event: the first few and the newest.
 *
 * The stream is a sample under load, so it is not what this is taken from: a feed of its own tells of
 * the connection that somebody looks at, from as far back as the server goes.
 */

import { Feed } from "./feed.js";

/** @typedef {import("../types").Event} Event */
/** @typedef {import("../types").Events} Batch */

/** How many of the first events are kept, whatever comes after them. */
const FIRST = 8;
/** How many of the newest are kept. */
const NEWEST = 500;

export class Story extends EventTarget {
  /** @type {string | null} */ id = null;
  /** The first events, where they are known. @type {Event[]} */ first = [];
  /** The newest, without those. @type {Event[]} */ newest = [];
  /** How many events between the two are not here: at least so many where that is not exact. */
  missing = 0;
  exact = true;
  /** @type {"asking" | "known" | "unreachable"} */ state = "asking";
  #feed;
  #path;

  /**
   * @param {string} path of the feed
   * @param {(batch: Batch, first: boolean) => void} told who is to be told the same
   */
  constructor(path, told) {
    super();
    this.#path = path;
    this.#feed = new Feed(null, {
      hello() {},
      state() {},
      changed: ({ state }) => this.#reaches(state === "live" || state === "connecting"),
      events: (batch, first) => {
        this.#add(batch, first);
        told(batch, first);
      },
    });
  }

  /** Tell of this connection from now on, from its beginning; of none for null. @param {string | null} id @param {boolean} known whether the server may know it */
  tell(id, known = true) {
    this.id = id;
    this.#forget();
    this.state = known ? "asking" : "known";
    const path = `${this.#path}?connection=${encodeURIComponent(id ?? "")}`;
    this.#feed.read(id !== null && known ? path : null);
  }

  #forget() {
    this.first = [];
    this.newest = [];
    this.missing = 0;
    this.exact = true;
  }

  /** @param {boolean} reached */
  #reaches(reached) {
    if (reached || this.state !== "asking") return;
    this.state = "unreachable";
    this.#tell();
  }

  /** @param {Batch} batch @param {boolean} first of all that there was before */
  #add({ events, skipped, forgotten, restarted }, first) {
    this.state = "known";
    if (first) this.#forget();
    // What follows a restart is of another run, and so of other connections.
    if (restarted) return;
    if (skipped || forgotten) {
      this.missing += this.newest.length + skipped;
      this.newest = [];
    }
    // Forgotten are those of all connections together.
    if (forgotten) this.exact = false;
    this.#extend(events);
    this.#tell();
  }

  /** Go on with the events that follow. @param {Event[]} events */
  #extend(events) {
    if (!events.length) return;
    const begins = this.first.length > 0 || isBeginning(events[0]);
    // Of what went before them, some may be forgotten.
    if (!begins) this.exact = false;
    const open = begins && this.newest.length === 0 && this.missing === 0 && this.exact;
    const first = open ? events.slice(0, FIRST - this.first.length) : [];
    this.first.push(...first);
    this.newest.push(...events.slice(first.length));
    const over = this.newest.length - NEWEST;
    if (over <= 0) return;
    this.newest.splice(0, over);
    this.missing += over;
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {Event | undefined} event */
const isBeginning = (event) => event?.kind === "opened" || event?.kind === "refused";
