// @ts-check
/** The page's picture of the connections: their rows and handshakes, bounded. */

/** @typedef {import("./types").Row} Row */
/** @typedef {import("./types").Stats} Stats */
/** @typedef {import("./types").OpenedEvent | import("./types").RefusedEvent} Handshake */

const OPEN_KEPT = 200;
const ENDED_KEPT = 100;
const HANDSHAKES_KEPT = 500;

/** @param {Row} row */
export const isOpen = (row) => row.state === "open" || row.state === "closing";

export class Picture {
  /** @type {Map<string, Row>} */ rows = new Map();
  /** @type {Map<string, Handshake>} */ handshakes = new Map();
  /** @type {Stats | null} */ stats = null;
  /** How far the server's clock is ahead of this page's, in microseconds. */
  ahead = 0;

  /** Replace the whole picture. @param {Row[]} rows @param {Stats} stats */
  replace(rows, stats) {
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.#count(stats);
  }

  /** Put in what has changed. @param {Row[]} rows @param {Stats} stats @param {string | null} chosen the one to keep in any case */
  change(rows, stats, chosen) {
    for (const row of rows) this.rows.set(row.id, row);
    this.#count(stats);
    if (this.rows.size <= OPEN_KEPT + ENDED_KEPT) return;
    const { open, ended } = this.sorted();
    for (const row of [...open.slice(OPEN_KEPT), ...ended.slice(ENDED_KEPT)]) {
      if (row.id !== chosen) this.rows.delete(row.id);
    }
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
    const rows = [...this.rows.values()].sort((a, b) => b.opened - a.opened || serial(b.id) - serial(a.id));
    return { open: rows.filter(isOpen), ended: rows.filter((row) => !isOpen(row)) };
  }

  /** How many connections and refusals since the start are in no row. */
  get unlisted() {
    return this.stats ? Math.max(0, this.stats.opened + this.stats.refused - this.rows.size) : 0;
  }

  /** The server's time now, in microseconds. */
  get now() {
    return Date.now() * 1000 + this.ahead;
  }

  /** @param {Stats} stats */
  #count(stats) {
    this.stats = stats;
    this.ahead = stats.time - Date.now() * 1000;
  }
}

/** @param {string} id */
const serial = (id) => Number(id.slice(id.lastIndexOf("-") + 1)) || 0;
