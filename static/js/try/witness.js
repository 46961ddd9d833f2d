// @ts-check
/** What the server saw of one connection of this page: whole messages, beside those the page knows of. */

import { ask } from "../feed/api.js";

/** @typedef {import("../types").FrameEvent} FrameEvent */
/** @typedef {import("./exchanges.js").Exchange} Exchange */
/** @typedef {import("./exchanges.js").Message} Message */
/**
 * A message as the server had it, in one frame or several.
 * @typedef {object} Seen
 * @property {FrameEvent} frame the first one
 * @property {number} frames @property {number} wire bytes, headers and all
 * @property {number | null} size of the message, where it came whole
 * @property {number} ended when its last frame was recorded, in microseconds
 * @property {boolean} compressed @property {string} note
 */
/**
 * Null as long as it is not told; unknown where it was left out, never where there was no such message.
 * @typedef {Seen | "unknown" | "never" | null} Sight
 */
/** @typedef {"in" | "out"} Way */

const WAYS = /** @type {const} */ (["in", "out"]);
const PAGE = 1000;
const MOST_PAGES = 5;
const PAUSE = 400;

export class Witness {
  /** The connection, once the server has told of it. @type {string | null} */ id = null;
  /** Up to where everything is known. @type {string | null} */ #cursor;
  /** Up to where the feed has told. @type {string | null} */ #fed;
  #exchanges;
  #changed;
  /** Messages of the page of which the server has not told, and the other way round. */
  #waiting = { in: /** @type {Exchange[]} */ ([]), out: /** @type {Exchange[]} */ ([]) };
  #told = { in: /** @type {Seen[]} */ ([]), out: /** @type {Seen[]} */ ([]) };
  /** Messages whose last frame has not come. @type {Record<Way, Seen | null>} */ #begun = {
    in: null,
    out: null,
  };
  /** The feed left something out, and the record is read until it is where the feed is. */
  #behind = false;
  /** So did the record: nobody knows which message is the next, until nothing is under way. */
  #astray = false;
  #over = false;
  /** The page's end of it is closed: nothing is to be found out but of what waits. */
  #gone = false;
  #reading = false;
  #read = -PAUSE;

  /**
   * @param {string | null} cursor a place in the record before the connection
   * @param {import("./exchanges.js").Exchanges} exchanges
   * @param {(exchange: Exchange) => void} changed
   */
  constructor(cursor, exchanges, changed) {
    this.#cursor = cursor;
    this.#fed = cursor;
    this.#exchanges = exchanges;
    this.#changed = changed;
  }

  /** The page has sent a message, or received one. @param {Way} way as the server sees it @param {Exchange} exchange */
  expect(way, exchange) {
    this.#waiting[way].push(exchange);
    this.#pair(way);
    if (this.#over) this.#judgeAll("never");
    else if (this.#astray) this.#judgeAll("unknown");
  }

  /** The server has told which connection it is. @param {string} id */
  found(id) {
    this.id ??= id;
    this.#catchUp();
  }

  /** Take in a batch of the feed. @param {import("../types").Events} batch */
  take({ events, cursor, forgotten, skipped, restarted }) {
    this.#fed = cursor;
    if (restarted) this.giveUp();
    this.#behind ||= forgotten + skipped > 0;
    if (!this.#behind) {
      for (const event of events) this.#look(event);
      this.#cursor = cursor;
    } else this.#catchUp();
  }

  /** The page's connection has ended. */
  end() {
    this.#gone = true;
  }

  /** Nothing more will be told. */
  giveUp() {
    this.#judgeAll("unknown");
    this.#told = { in: [], out: [] };
    this.#over = true;
  }

  /** Read the record until it is where the feed is, at most so often. */
  #catchUp() {
    if (this.#reading) return;
    if (!this.#astray && this.#cursor === this.#fed) this.#behind = false;
    if (this.#gone && WAYS.every((way) => this.#waiting[way].length === 0)) this.#over = true;
    if (!this.#behind || this.#over || this.id === null) return;
    this.#reading = true;
    const wait = this.#read + PAUSE - performance.now();
    setTimeout(() => void this.#readRecord(), Math.max(0, wait));
  }

  async #readRecord() {
    this.#read = performance.now();
    try {
      if (this.#astray) await this.#findBack();
      else await this.#readOn();
      this.#reading = false;
      this.#catchUp();
    } catch {
      // Nobody answers, and the feed says so. It goes on when that does.
      this.#reading = false;
    }
  }

  async #readOn() {
    for (let pages = 1; !this.#over; pages += 1) {
      const after = this.#cursor === null ? "" : `&after=${encodeURIComponent(this.#cursor)}`;
      const page = await read(`connection=${this.id}&limit=${PAGE}${after}`);
      this.#cursor = page.cursor;
      if (page.restarted) return this.giveUp();
      if (page.forgotten || page.skipped) return this.#lose();
      for (const event of page.events) this.#look(event);
      if (page.events.length < PAGE) return;
      if (pages === MOST_PAGES) return this.#lose();
    }
  }

  /** If nothing was under way all the while, the next message is the next one of both. */
  async #findBack() {
    const { sent, received, idle } = this.#exchanges;
    if (!idle) return;
    const { cursor } = await read("limit=1");
    const now = this.#exchanges;
    if (!now.idle || now.sent !== sent || now.received !== received) return;
    this.#cursor = cursor;
    this.#astray = false;
  }

  /** @param {import("../types").Event} event */
  #look(event) {
    if (event.connection !== this.id || this.#over || this.#astray) return;
    if (event.kind === "closed") this.#conclude();
    else if (event.kind === "frame" && event.opcode < 8) this.#add(event);
  }

  /** @param {FrameEvent} frame */
  #add(frame) {
    const way = frame.direction;
    const seen = this.#begun[way] ?? {
      frame,
      frames: 0,
      wire: 0,
      size: 0,
      ended: frame.time,
      compressed: frame.compressed,
      note: "",
    };
    this.#begun[way] = seen;
    seen.frames += 1;
    seen.wire += frame.wire_size;
    seen.ended = frame.time;
    seen.note ||= frame.note ?? "";
    seen.size = seen.note ? null : (frame.message?.size ?? Number(seen.size) + frame.payload_size);
    if (frame.fin || frame.note) this.#complete(way, seen);
  }

  /** @param {Way} way @param {Seen} seen */
  #complete(way, seen) {
    this.#begun[way] = null;
    this.#told[way].push(seen);
    this.#pair(way);
  }

  /** The first that the page knows of and the first that the server told of are the same one. @param {Way} way */
  #pair(way) {
    const waiting = this.#waiting[way];
    const told = this.#told[way];
    while (waiting.length && told.length) {
      const message = way === "in" ? waiting[0].sent : waiting[0].back;
      if (!message || !matches(message, told[0])) return this.#lose();
      this.#judge(
        way,
        /** @type {Exchange} */ (waiting.shift()),
        /** @type {Seen} */ (told.shift()),
      );
    }
  }

  /** The record is complete: of what it does not tell there was nothing. */
  #conclude() {
    for (const way of WAYS) {
      const begun = this.#begun[way];
      if (begun) this.#complete(way, { ...begun, size: null });
    }
    this.#over = true;
    this.#judgeAll("never");
  }

  #lose() {
    this.#astray = true;
    this.#behind = true;
    this.#begun = { in: null, out: null };
    this.#told = { in: [], out: [] };
    this.#judgeAll("unknown");
  }

  /** @param {"unknown" | "never"} sight */
  #judgeAll(sight) {
    for (const way of WAYS)
      for (const exchange of this.#waiting[way].splice(0)) this.#judge(way, exchange, sight);
  }

  /** @param {Way} way @param {Exchange} exchange @param {Sight} sight */
  #judge(way, exchange, sight) {
    if (way === "in") exchange.sawSent = sight;
    else exchange.sawBack = sight;
    this.#changed(exchange);
  }
}

/** @param {string} query @returns {Promise<import("../types").Events>} */
async function read(query) {
  const { status, told } = await ask(`/api/events?${query}`);
  if (status !== 200) throw new Error(`the server answers ${status}`);
  return told;
}

/** @param {Message} message @param {Seen} seen */
const matches = ({ kind, size }, seen) =>
  seen.frame.opcode === (kind === "text" ? 1 : 2) && (seen.size === null || seen.size === size);
