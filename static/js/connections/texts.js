// @ts-check
/** What the list of connections says. */

import { count, duration, size } from "../words/format.js";

export const texts = {
  head: (/** @type {number} */ open, /** @type {number} */ refused) =>
    `${count(open)} open${refused ? `, ${count(refused)} refused` : ""}`,
  more: (/** @type {number} */ n) => `${count(n)} more ${n === 1 ? "is" : "are"} not listed.`,
  asOf: (/** @type {string} */ clock) => `as of ${clock} UTC`,
  in: (/** @type {number} */ messages, /** @type {number} */ bytes) =>
    `→ ${count(messages)} · ${size(bytes)}`,
  out: (/** @type {number} */ messages, /** @type {number} */ bytes) =>
    `← ${count(messages)} · ${size(bytes)}`,
  roundTrip: (/** @type {number} */ us) => `⇄ ${duration(us)}`,
  closing: "closing",
  refused: (/** @type {number} */ status, /** @type {string} */ reason) =>
    `refused, ${status}: ${reason}`,
  unread: "unreadable request",
};
