// @ts-check
/** What is said about a connection. */

import { count, plural } from "../words/format.js";

export const texts = {
  facts: {
    peer: "Peer",
    client: "User-Agent",
    origin: "Origin",
    target: "Target",
    subprotocol: "Subprotocol",
    extension: "Extension",
    opened: "Opened",
    refused: "Refused",
    lasted: "Lasted",
    openFor: "Open for",
    messages: "Messages",
    bytes: "Bytes",
    heartbeats: "Heartbeats",
    roundTrip: "Last round trip",
    none: "none",
    noneSent: "not sent",
    id: "Id",
    time: "Time",
    cursor: "Cursor",
    connection: "Connection",
    direction: "Direction",
    check: "Check",
    status: "Answered",
    came: "Came",
    expected: "Expected",
    reason: "Reason",
    inAndOut: (/** @type {string} */ a, /** @type {string} */ b) => `→ ${a} in, ← ${b} out`,
  },
  titles: {
    facts: "Connection",
    request: "Request",
  },
  handshake: {
    sent: "Handshake as sent",
    answered: "Handshake as answered",
    asSent: "Request as sent",
    unread: "What came could not be read as a request, and none of it is kept.",
    negotiated: "negotiated",
    states: {
      known: "",
      asking: "Asking the server for the handshake.",
      unknown: "The server no longer has the handshake.",
      earlier: "The handshake went with the server's earlier run.",
      unreachable: "The server does not answer; the handshake is asked for again when it does.",
    },
  },
  states: {
    open: "Open.",
    closing: "Open; the closing handshake has begun.",
    ended: (/** @type {string} */ words) => `Ended: ${words}.`,
    quiet: (/** @type {string} */ time) => `Nothing has passed for ${time}.`,
    stale: "The live feed is lost: this is what was last heard of it.",
    ofEarlier: "This was in the server's earlier run.",
    /** What there is to say of a connection that is in no list. */
    without: {
      known: "",
      asking: "",
      unknown: "The server no longer knows this connection, or never has.",
      earlier: "This connection was one of the server's earlier run, and went with it.",
      unreachable: "The server does not answer; it is asked again when it does.",
    },
  },
  diagram: {
    label: "Sequence diagram: client and server, oldest first",
    pingsLost: (/** @type {number} */ n, /** @type {string} */ time) =>
      `${time} with ${n === 1 ? "a heartbeat that is" : `${count(n)} heartbeats that are`} not kept`,
    way: { in: "client to server", out: "server to client" },
    at: (/** @type {string} */ elapsed) => `${elapsed} s`,
    unread: "unreadable request",
    switching: "Switching Protocols",
    omitted: (/** @type {number} */ n, /** @type {boolean} */ exact) =>
      n
        ? `… ${exact ? "" : "at least "}${plural(n, "frame")} not drawn …`
        : "… earlier frames not drawn …",
    silence: (/** @type {string} */ time) => `${time} of silence`,
    ending: (/** @type {string} */ time) => `${time} until TCP was closed`,
    silent: (/** @type {string} */ time) => `silent for ${time}`,
    ended: (/** @type {string} */ words) => `ended: ${words}`,
    refused: "refused",
    earlier: "the server ended",
    news: (/** @type {number} */ n) => (n ? `${count(n)} newer below` : "newer frames below"),
  },
  /** What the headers of a handshake are for. */
  headers: /** @type {Record<"asked" | "answered", Record<string, [string, string]>>} */ ({
    asked: {
      host: ["The server that the client means, by name and port.", "RFC 9110 §7.2"],
      upgrade: [
        "Asks to go on with WebSocket on this connection instead of HTTP.",
        "RFC 6455 §4.1",
      ],
      connection: [
        "Upgrade is for the next hop only. A proxy in between has to send it on by itself; where one does not, the handshake fails.",
        "RFC 9110 §7.8",
      ],
      "sec-websocket-key": [
        "16 random bytes in base64, new for each connection. It is no secret: the answer shows by it that it is the answer to this request.",
        "RFC 6455 §4.1",
      ],
      "sec-websocket-version": [
        "13 is the version of RFC 6455, the only one in use.",
        "RFC 6455 §4.1",
      ],
      "sec-websocket-protocol": [
        "The subprotocols that the client would speak, the one it likes best first.",
        "RFC 6455 §4.1",
      ],
      "sec-websocket-extensions": [
        "The extensions that the client offers, with their parameters.",
        "RFC 6455 §9.1",
      ],
      origin: [
        "The origin of the page whose script connects. Browsers send it always, and scripts cannot change it; programs send what they like, or none.",
        "RFC 6455 §10.2",
      ],
    },
    answered: {
      upgrade: ["From the end of this answer on, WebSocket is spoken.", "RFC 6455 §4.2.2"],
      connection: ["Goes with Upgrade, which is for one hop only.", "RFC 9110 §7.8"],
      "sec-websocket-accept": [
        "The key with 258EAFA5-E914-47DA-95CA-C5AB0DC85B11 behind it, hashed with SHA-1, in base64: who answers has read this key, and knows WebSocket.",
        "RFC 6455 §4.2.2",
      ],
      "sec-websocket-protocol": [
        "The one subprotocol that the server has chosen. Without this header, none is spoken.",
        "RFC 6455 §4.2.2",
      ],
      "sec-websocket-extensions": [
        "The extensions that are in use from here on, with the parameters agreed upon.",
        "RFC 6455 §9.1",
      ],
    },
  }),
  trips: {
    none: (/** @type {string} */ heartbeat) =>
      `No ping has been answered yet. The server sends one when nothing has come for a while (websocket.heartbeat: ${heartbeat}); Ping now sends one at once.`,
    nonePinged:
      "No ping has been answered yet. The server sends none by itself (websocket.heartbeat: 0s); Ping now sends one.",
    never: "No ping was answered while it was open.",
    idle: (/** @type {string} */ heartbeat) =>
      `To a proxy in between these pings are traffic: with one in ${heartbeat} none finds the connection idle. To see whether one would end it, start the server with websocket.heartbeat: 0.`,
    summary: (
      /** @type {string} */ last,
      /** @type {string} */ median,
      /** @type {string} */ longest,
      /** @type {string} */ n,
    ) =>
      `last ${last}, median ${median}, longest ${longest}, of ${n} ${n === "1" ? "ping" : "pings"}`,
    label: (/** @type {string} */ summary) => `Round trips over time: ${summary}`,
    after: (/** @type {string} */ time) => `after ${time}`,
    point: (/** @type {string} */ trip, /** @type {string} */ time) => `${trip}, after ${time}`,
  },
  push: {
    all: (/** @type {number} */ open) =>
      open > 1 ? `Send to all ${count(open)} open` : "Send to all",
    sent: (/** @type {string} */ what) => `Sent ${what}.`,
    sentToAll: (
      /** @type {string} */ what,
      /** @type {number} */ to,
      /** @type {number} */ notReading,
    ) =>
      `Sent ${what} to ${count(to)}${notReading ? `; ${count(notReading)} ${notReading === 1 ? "is" : "are"} not reading` : ""}.`,
    pinged: "Ping sent.",
    closed: "Close sent.",
    noCode: "A close frame without a code and without a reason.",
    badHex: (/** @type {string} */ piece) =>
      `Hex is pairs of digits, for example 00 ff 7e; this is none: ${piece.slice(0, 20)}`,
    badCode: "A close code is a number; without one the close frame is empty.",
    closing: "Nothing can be sent any more: the closing handshake has begun.",
    ended: "Nothing can be sent any more: the connection has ended.",
    failed: (/** @type {number} */ status) =>
      status ? `The server answered ${status}.` : "The server does not answer.",
  },
};
