// @ts-check
/** What the stream says. */

import { bytes, count, plural } from "../words/format.js";

/** @typedef {import("./lines.js").GapKind} GapKind */

export const texts = {
  kinds: /** @type {Record<string, string>} */ ({
    opened: "connected",
    refused: "refused",
    noted: "noted",
    closed: "closed",
  }),
  sizes: (/** @type {number} */ wire, /** @type {number} */ payload) =>
    `${bytes(wire)} on the wire; the payload has ${bytes(payload)}`,
  news: (/** @type {number} */ n) => `${count(n)} new`,
  lines: (/** @type {number} */ shown, /** @type {number} */ all) =>
    shown === all ? plural(all, "line") : `${count(shown)} of ${plural(all, "line")}`,
  narrowed: (/** @type {string} */ id) => `Connection ${id}`,
  kindsShown: (/** @type {number} */ hidden) =>
    hidden ? `Kinds, ${count(hidden)} hidden` : "Kinds",
  pause: "Pause",
  resume: "Go on",
  cleared: "Cleared. What comes next appears here; the server's record stays.",
  noMatch: "No line kept in this page matches.",
  showAll: "Show all lines",
  waiting: "Waiting for the first frame.",
  badPattern: (/** @type {string} */ why) =>
    `This is not a regular expression: ${why.replace(/^Invalid regular expression: /, "")}. The view stays as it was.`,
  unknownFlag: (/** @type {string} */ flag) =>
    `“${flag}” is no flag of a regular expression here: i, m, s and u are; g and y change nothing. To search for the text itself, leave out its first slash.`,
  slowPattern: "This expression takes too long and was given up: every line is shown.",
  earlierRun: (/** @type {string} */ id) => `${id}, of an earlier run of the server`,
  time: {
    relative: "Elapsed",
    clock: "UTC",
    explained: {
      relative:
        "Seconds since the connection of the line began, or the time of day (UTC) where that is not known; press for the time of day",
      clock: "The time of day (UTC); press for the seconds since the connection of the line began",
    },
    since: (/** @type {string} */ seconds) => `, ${seconds} s since its connection began`,
    startUnknown: "; when its connection began is not known here",
  },
  gap: /** @type {Record<GapKind, (n: number) => string>} */ ({
    earlier: (n) => `${plural(n, "earlier event")} ${n === 1 ? "is" : "are"} not shown here`,
    forgotten: (n) => `${plural(n, "event")} forgotten by the server before this`,
    skipped: (n) => `${plural(n, "event")} left out here: too many at once`,
    unkept: (n) =>
      `${plural(n, "event")} came while this view was held, and ${n === 1 ? "was" : "were"} not kept here`,
    restarted: () => "the server restarted: what follows belongs to a new run",
    lost: () => "the feed was lost here",
  }),
};
