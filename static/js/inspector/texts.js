// @ts-check
/** What the inspector says. */

import { count, plural, size } from "../words/format.js";

export const texts = {
  inspector: {
    frame: (/** @type {string} */ name, /** @type {boolean} */ heartbeat) =>
      `${name} frame${heartbeat ? ", heartbeat" : ""}`,
    connection: (/** @type {string} */ id) => `Connection ${id}`,
    refused: (/** @type {string} */ id) => `Refused request ${id}`,
    back: (/** @type {string} */ id) => `Connection ${id}`,
    request: "Request",
    sent: "Handshake as sent",
    answered: "Handshake as answered",
    asSent: "Request as sent",
    unread: "What came could not be read as a request, and none of it is kept.",
    facts: "Connection",
    handshake: {
      known: "",
      asking: "Asking the server for the handshake.",
      unknown: "The server no longer has the handshake.",
      earlier: "The handshake went with the server's earlier run.",
      unreachable: "The server does not answer; the handshake is asked for again when it does.",
    },
    negotiated: "negotiated",
    cut: (/** @type {number} */ n, /** @type {number} */ of) =>
      `The first ${count(n)} of ${count(of)} bytes; the rest was not recorded.`,
    partly: (/** @type {number} */ n, /** @type {bigint} */ of) =>
      `${count(n)} of ${plural(of, "byte")} came.`,
    payload: "Payload",
    message: "Message",
    inflated: (/** @type {number} */ n) => `inflated to ${size(n)}`,
    part: "A part of a compressed message: its last frame shows the whole.",
    noPayload: "This frame has no payload.",
    emptyMessage: "The message is empty.",
    show: "Show its frames",
  },
  // Clauses are of RFC 6455 where they name no other.
};
