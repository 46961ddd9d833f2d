// @ts-check
/** Words for what is told in more than one place: frames, clients, endings. */

import { plural } from "./format.js";

export const texts = {
  frame: {
    direction: { in: "→ in", out: "← out" },
    empty: "(empty)",
    nothingCame: (/** @type {number} */ of) => `(none of ${plural(of, "byte")} came)`,
    noCode: "no code, no reason",
    marks: {
      heartbeat: "heartbeat",
      part: "deflate part",
      parts: "parts",
      inflated: (/** @type {string} */ came, /** @type {string} */ whole) =>
        `deflate ${came} → ${whole}`,
    },
  },
  subprotocol: (/** @type {string} */ name) => `subprotocol ${name}`,
  ending: {
    closed: (/** @type {string} */ by, /** @type {string} */ code) => `${by} closed, ${code}`,
    left: (/** @type {string} */ by) => `${by} left without a closing handshake`,
    reset: (/** @type {string} */ by) => `${by} reset the connection`,
    gaveUp: (/** @type {string} */ by) => `${by} gave up`,
    after: {
      ended: "; the client then ended the connection",
      reset: "; the client then reset the connection",
      late: "; the client did not close in time",
    },
  },
  clients: { unknown: "?", noAgent: "no User-Agent" },
};
