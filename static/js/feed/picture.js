// @ts-check
/** The page's picture of the connections: their rows and handshakes, bounded. */

/** @typedef {import("../types").Row} Row */
/** @typedef {import("../types").Stats} Stats */
/** @typedef {import("../types").Began} Handshake */

const HANDSHAKES_KEPT = 500;

/** @param {Row} row */
export const isOpen = (row) => row.state === "open" || row.state === "closing";

export class Picture {
  /** @type {Map<string, Row>} */ rows = new Map();
  /** @type {Map<string, Handshake>} */ handshakes = new Map();
  /** @type {Stats | null} */ stats = null;
  /** The run of the server that all this is about. @type {string | null} */ run = null;
  /** How many connections and refusals since the start are in no row. */
  omitted = 0;
  /** Time stands still: nobody says what has changed since. */
  frozen = false;
  /** No longer listed by the server, but looked at. @type {Set<string>} */ #gone = new Set();
  /** How far the server's clock is ahead of this page's, in microseconds. */
  ahead = 0;

  /** Replace the whole picture. @param {import("../types").Hello} told */
  replace({ run, connections, omitted, stats }) {
    this.run = run;
    this.rows = new Map(connections.map((row) => [row.id, row]));
    this.#gone.clear();
    this.#count(stats, omitted);
  }

  /** Put in what has changed, and take out what is gone. @param {import("../types").State} told @param {string | null} chosen what is looked at, and stays until it is not */
  change({ connections, gone, omitted, stats }, chosen) {
    for (const id of gone) this.#gone.add(id);
    for (const row of connections) {
      this.rows.set(row.id, row);
      this.#gone.delete(row.id);
    }
    for (const id of this.#gone) {
      if (id === chosen) continue;
      this.rows.delete(id);
      this.#gone.delete(id);
    }
    this.#count(stats, omitted);
  }

  /** Whether a connection was one of an earlier run of the server. @param {string} id */
  isEarlier(id) {
    return isEarlier(id, this.run);
  }

  /** Keep how a connection began, the oldest going first. @param {Handshake} event */
  remember(event) {
    this.handshakes.set(event.connection, event);
    if (this.handshakes.size > HANDSHAKES_KEPT) {
      for (const oldest of this.handshakes.keys()) {
        this.handshakes.delete(oldest);
        break;
      }
    }
  }

  /** The rows, newest first: those still open, and those that ended or never began. */
  sorted() {
    const rows = [...this.rows.values()].sort(
      (a, b) => b.opened - a.opened || serial(b.id) - serial(a.id),
    );
    return { open: rows.filter(isOpen), ended: rows.filter((row) => !isOpen(row)) };
  }

  /** The server's time now, or when it was last heard of, in microseconds. */
  get now() {
    if (this.frozen && this.stats) return this.stats.time;
    return Date.now() * 1000 + this.ahead;
  }

  /** @param {Stats} stats @param {number} omitted */
  #count(stats, omitted) {
    this.stats = stats;
    this.omitted = omitted;
    this.ahead = stats.time - Date.now() * 1000;
  }
}

/** Whether an id is not of this run. @param {string} id @param {string | null} run */
export const isEarlier = (id, run) => run !== null && !id.startsWith(`${run}-`);

/** @param {string} id */
const serial = (id) => Number(id.slice(id.lastIndexOf("-") + 1)) || 0;
