// @ts-check
/** The facts of one connection, each written only where it has changed. */

import { stamp, write } from "../page/stamps.js";
import { count, duration, lasted, size, timestamp } from "../words/format.js";
import { visible } from "../words/visible.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Row} Row */

export class Facts {
  #list;
  /** @type {Map<string, import("../page/stamps.js").Stamped>} */ #facts = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {Row} row @param {number} now the server's time */
  update(row, now) {
    const { facts } = texts;
    const { refusal } = row;
    this.#wire(facts.id, row.id);
    this.#wire(facts.peer, row.peer);
    // Without a target it could not be read, and nobody knows what was sent.
    if (row.target) {
      this.#wire(facts.target, row.target);
      this.#wire(facts.client, row.user_agent, facts.noneSent);
      this.#wire(facts.origin, row.origin, facts.noneSent);
    }
    this.#wire(refusal ? facts.refused : facts.opened, timestamp(row.opened));
    if (refusal) return;
    this.#wire(facts.subprotocol, row.subprotocol);
    this.#wire(facts.extension, row.extension);
    this.#set(row.closed === null ? facts.openFor : facts.lasted, lasted(row, now));
    if (row.closed !== null) this.#drop(facts.openFor);
    this.#set(facts.messages, facts.inAndOut(count(row.messages_in), count(row.messages_out)));
    this.#set(facts.bytes, facts.inAndOut(size(row.bytes_in), size(row.bytes_out)));
    this.#set(facts.heartbeats, count(row.heartbeats));
    const { round_trip: trip } = row;
    this.#set(facts.roundTrip, trip === null ? facts.none : duration(trip));
  }

  /** What was on the wire, or in words that nothing was. @param {string} name @param {string | null} value */
  #wire(name, value, none = texts.facts.none) {
    this.#set(name, value ? visible(value) : none, value !== null);
  }

  /** @param {string} name @param {string} value */
  #set(name, value, wire = false) {
    let fact = this.#facts.get(name);
    if (!fact) {
      fact = stamp("fact");
      this.#facts.set(name, fact);
      fact.slots.name.textContent = name;
      fact.slots.value.classList.toggle("wire", wire);
      // How long it lasted stands where it said how long it was open.
      const before = name === texts.facts.lasted ? this.#facts.get(texts.facts.openFor) : null;
      if (before) before.element.before(fact.element);
      else this.#list.append(fact.element);
    }
    write(fact.slots.value, value);
  }

  /** @param {string} name */
  #drop(name) {
    this.#facts.get(name)?.element.remove();
    this.#facts.delete(name);
  }
}
