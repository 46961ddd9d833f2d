// @ts-check
/** What this page's own connection sent, what came back for it, and how long that took. */

import { hexOf } from "../words/visible.js";

/** @typedef {import("./client.js").Data} Data */
/** @typedef {import("./witness.js").Sight} Sight */
/**
 * One message as the page had it.
 * @typedef {object} Message
 * @property {"text" | "binary"} kind
 * @property {number} size bytes of its payload
 * @property {string} beginning what a line shows of it @property {boolean} cut whether there is more
 * @property {string} name of the file that it was, or empty
 */
/**
 * A message and its echo, each beside what the server saw of it; or what came unasked.
 * @typedef {object} Exchange
 * @property {Message | null} sent null for what came unasked
 * @property {Message | null} back null as long as nothing has come
 * @property {number | null} trip microseconds from sending to having it back
 * @property {boolean} over whether nothing can come any more
 * @property {Sight} sawSent @property {Sight} sawBack
 */

const SHOWN = 240;
const TRIPS = 1000;
const encoder = new TextEncoder();

export class Exchanges {
  /** Those that wait for their echo, oldest first. @type {{ exchange: Exchange, data: Data, at: number }[]} */ #awaited =
    [];
  /** Of the last round trips, in microseconds. @type {number[]} */ #trips = [];
  sent = 0;
  received = 0;

  /** Forget the connection before: the next message is the first of a new one. */
  begin() {
    this.#awaited = [];
    this.#trips = [];
    this.sent = 0;
    this.received = 0;
  }

  /** @param {Data} data @param {Message} message what it looks like @returns {Exchange} */
  send(data, message) {
    const exchange = made(message, null);
    this.sent += 1;
    this.#awaited.push({ exchange, data, at: performance.now() });
    return exchange;
  }

  /** An echo keeps the order: whatever is not the echo of the oldest came for another reason. @param {Data} data @returns {Exchange} */
  receive(data) {
    const now = performance.now();
    this.received += 1;
    const first = this.#awaited[0];
    if (!first?.exchange.sent || !same(first.data, data)) return made(null, describe(data));
    this.#awaited.shift();
    const { exchange } = first;
    exchange.back = { ...first.exchange.sent, name: "" };
    exchange.trip = (now - first.at) * 1000;
    this.#trips.push(exchange.trip);
    if (this.#trips.length > TRIPS) this.#trips.shift();
    return exchange;
  }

  /** The connection has ended. @returns {Exchange[]} those for which nothing can come any more */
  end() {
    const left = this.#awaited.map(({ exchange }) => exchange);
    for (const exchange of left) exchange.over = true;
    this.#awaited = [];
    return left;
  }

  /** Whether everything that was sent has come back. */
  get idle() {
    return this.#awaited.length === 0;
  }

  /** The last round trip and the median of the last thousand; null before the first. */
  get trips() {
    const last = this.#trips.at(-1);
    if (last === undefined) return null;
    const sorted = [...this.#trips].sort((a, b) => a - b);
    return { last, median: sorted[sorted.length >> 1], count: sorted.length };
  }
}

/** What a line shows of a message. @param {Data} data @returns {Message} */
export function describe(data, name = "") {
  if (typeof data !== "string") {
    const beginning = hexOf(data.subarray(0, SHOWN / 3));
    return { kind: "binary", size: data.length, beginning, cut: data.length > SHOWN / 3, name };
  }
  const beginning = [...data.slice(0, 2 * SHOWN)].slice(0, SHOWN).join("");
  const cut = beginning.length < data.length;
  return { kind: "text", size: encoder.encode(data).length, beginning, cut, name };
}

/** @param {Message | null} sent @param {Message | null} back @returns {Exchange} */
const made = (sent, back) => ({
  sent,
  back,
  trip: null,
  over: false,
  sawSent: null,
  sawBack: null,
});

/** @param {Data} a @param {Data} b */
function same(a, b) {
  if (typeof a === "string" || typeof b === "string") return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
