// @ts-check
/** What “Try it” says. */

import { count, duration, plural } from "../words/format.js";

export const texts = {
  greeting: "Bonjour serveur",
  states: {
    closed: "not connected",
    connecting: "connecting",
    open: "connected",
    closing: "closing",
  },
  buttons: {
    closed: "Connect",
    again: "Reconnect",
    connecting: "Cancel",
    open: "Disconnect",
    closing: "Closing",
    send: "Send",
    stop: "Stop",
  },
  way: {
    sent: "→ sent",
    received: "← received",
    unasked: "← unasked",
    waiting: "← waiting",
    nothing: "← nothing came",
  },
  opened: (/** @type {string} */ protocol) =>
    protocol ? `connected, subprotocol ${protocol}` : "connected",
  // RFC 6455 §7.1.5: 1005 and 1006 are what is said where no code came, and are never sent.
  ended: (
    /** @type {string} */ name,
    /** @type {{ code: number, reason: string, wasClean: boolean }} */ { code, reason, wasClean },
  ) => {
    const said = `${code === 1005 ? "without a code" : name}${reason ? `: ${reason}` : ""}`;
    if (wasClean) return `closed cleanly, ${said}`;
    return code === 1006
      ? "ended without a closing handshake, for which browsers say 1006"
      : `ended before the closing handshake was over, ${said}`;
  },
  cancelled: "cancelled before there was a connection",
  failed: "no connection was made; the browser does not say why",
  away: "no connection was made: the server does not answer",
  refused: (/** @type {number} */ status, /** @type {string} */ reason) =>
    `refused, ${status}: ${reason}`,
  connection: (/** @type {string} */ id) => `connection ${id}`,
  request: (/** @type {string} */ id) => `request ${id}`,
  openConnection: "Open it in the inspector",
  openFrame: (
    /** @type {{ frames: number, wire: number, size: number | null, note: string }} */ seen,
    /** @type {number | null} */ took,
  ) =>
    [
      `${seen.frames === 1 ? "One frame" : plural(seen.frames, "frame")}, ${plural(seen.wire, "byte")} on the wire${seen.size === null ? "" : ` for ${count(seen.size)} of message`}`,
      ...(seen.note ? [seen.note] : []),
      ...(took === null
        ? []
        : [
            took
              ? `Sent ${duration(took)} after the message was read`
              : "Sent in the turn that read the message: the server takes one time for both",
          ]),
      `Press to open ${seen.frames === 1 ? "it" : "the first"} in the inspector`,
    ].join("\n"),
  sight: {
    unknown: "Not known: the server's record of this is not here any more, or was left out",
    never: "There was none: the server's record of the connection is complete",
  },
  frames: (/** @type {number} */ n) => plural(n, "frame"),
  compressed: "deflate",
  violation: "violation",
  sameTurn: "at once",
  earlier: (/** @type {number} */ n) =>
    `${plural(n, "earlier message")} ${n === 1 ? "is" : "are"} not shown here`,
  figures: (/** @type {string} */ sent, /** @type {string} */ received) =>
    `${sent} sent, ${received} received`,
  trips: (/** @type {string} */ last, /** @type {string} */ median) =>
    `, round trip ${last}, median ${median}`,
  buffered: (/** @type {string} */ size) => `${size} wait in the browser`,
  badHex: (/** @type {string} */ piece) =>
    `“${piece.length > 24 ? `${piece.slice(0, 24)}…` : piece}” is no hex: bytes are pairs of digits, for example 00 ff 7e; one digit alone only behind 0x or \\x.`,
  badPath: "The path must begin with a slash.",
  badProtocol: "A subprotocol is a name without spaces; several are separated by commas.",
  badCode: "A browser closes with 1000 or with a code from 3000 to 4999, and with no other.",
  badReason: "A reason takes 123 bytes at the most.",
  badTimes: (/** @type {number} */ most) => `It can be sent from 1 to ${count(most)} times.`,
  stillClosing: "The connection is still closing.",
  tooLarge: (/** @type {string} */ size, /** @type {string} */ limit) =>
    `${size} is more than the ${limit} that this server takes: it would end the connection with 1009.`,
  unreadable: (/** @type {string} */ name) => `${name} cannot be read.`,
  notText: (/** @type {string} */ name) =>
    `${name} is not UTF-8, so it cannot be sent as text; as binary it can.`,
};
