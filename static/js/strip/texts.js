// @ts-check
/** What the header strip says. */

import { count, plural, size } from "../words/format.js";

export const texts = {
  feed: {
    connecting: "connecting",
    live: "live",
    paused: (/** @type {number} */ n, /** @type {boolean} */ narrowed) =>
      n ? `paused, ${count(n)} new${narrowed ? " in all" : ""}` : "paused",
    reconnecting: (/** @type {number} */ s) => `feed lost, reconnecting in ${s} s`,
    trying: "feed lost, reconnecting",
    silent: "feed silent",
    refused: (/** @type {number} */ s) => `feed refused, trying again${s ? ` in ${s} s` : ""}`,
    refusedWhy:
      "The server answers, but not by its live feed: too many pages may be watching, or a proxy in between passes no WebSockets.",
    locked: "new token needed: reload",
    gap: (/** @type {number} */ n) => `live, ${plural(n, "event")} left out`,
  },
  charts: {
    messages: (/** @type {{ in: number, out: number }} */ most) =>
      `Messages per second over the last minute: at most ${count(most.in)} in, ${count(most.out)} out`,
    bytes: (/** @type {{ in: number, out: number }} */ most) =>
      `Bytes per second over the last minute: at most ${size(most.in)} in, ${size(most.out)} out`,
  },
};
