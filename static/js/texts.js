// @ts-check
/** Every sentence that the script says; what stands on the page from the start is in the templates. */

import { count, duration, size } from "./format.js";

/** @typedef {import("./types").GapKind} GapKind */

const plural = (/** @type {number | bigint} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${count(n)} ${n === 1 || n === 1n ? one : many}`;

const bytes = (/** @type {number | bigint} */ n) => plural(n, "byte");

export const texts = {
  title: (/** @type {string | null} */ id) =>
    id === null ? "Echoscope" : `Connection ${id} · Echoscope`,
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
    asOf: (/** @type {string} */ clock) => `; as of ${clock} UTC`,
    gap: (/** @type {number} */ n) => `live, ${plural(n, "event")} left out`,
  },
  charts: {
    messages: (/** @type {{ in: number, out: number }} */ most) =>
      `Messages per second over the last minute: at most ${count(most.in)} in, ${count(most.out)} out`,
    bytes: (/** @type {{ in: number, out: number }} */ most) =>
      `Bytes per second over the last minute: at most ${size(most.in)} in, ${size(most.out)} out`,
  },
  announce: {
    lost: "The live feed is lost. The page keeps what it has and reconnects.",
    refused: "The server answers, but not by its live feed. The page keeps trying.",
    locked: "The server wants another token. Reload the page to give it.",
    silent: "The live feed is silent. What the page shows may be out of date.",
    back: "The live feed is back.",
    restarted: "The server has restarted.",
    copied: "Copied.",
    tryOpen: "This page is connected.",
    tryClosed: (/** @type {string} */ how) => `This page's connection has ended: ${how}.`,
    tryBack: (/** @type {string} */ what, /** @type {string | null} */ trip) =>
      trip ? `Came back after ${trip}: ${what}` : `Came unasked: ${what}`,
  },
  copy: { done: "Copied", failed: "Not copied" },
  connections: {
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
    noAgent: "no User-Agent",
    unread: "unreadable request",
  },
  stream: {
    kinds: /** @type {Record<string, string>} */ ({
      opened: "connected",
      refused: "refused",
      noted: "noted",
      closed: "closed",
    }),
    direction: { in: "→ in", out: "← out" },
    subprotocol: (/** @type {string} */ name) => `subprotocol ${name}`,
    noCode: "no code, no reason",
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
    badPattern: "This is not a regular expression; the view stays as it was.",
    slowPattern: "This expression takes too long and was given up: every line is shown.",
    marks: {
      heartbeat: "heartbeat",
      part: "deflate part",
      parts: "parts",
      inflated: (/** @type {string} */ came, /** @type {string} */ whole) =>
        `deflate ${came} → ${whole}`,
    },
    empty: "(empty)",
    nothingCame: (/** @type {number} */ of) => `(none of ${plural(of, "byte")} came)`,
    earlierRun: (/** @type {string} */ id) => `${id}, of an earlier run of the server`,
    time: { relative: "Time", clock: "UTC" },
  },
  gap: /** @type {Record<GapKind, (n: number) => string>} */ ({
    earlier: (n) => `${plural(n, "earlier event")} ${n === 1 ? "is" : "are"} not shown here`,
    forgotten: (n) => `${plural(n, "event")} forgotten by the server before this`,
    skipped: (n) => `${plural(n, "event")} left out here: too many at once`,
    unkept: (n) =>
      `${plural(n, "event")} came while this view was held, and ${n === 1 ? "was" : "were"} not kept here`,
    restarted: () => "the server restarted: what follows belongs to a new run",
    lost: () => "the feed was lost here; what the server still has follows",
  }),
  inspector: {
    notLoaded: "The server went before the inspector could be loaded from it.",
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
  anatomy: {
    names: {
      opcode: "Opcode",
      length: "Payload length",
      extended: "Extended length",
      key: "Masking key",
      payload: "Payload",
    },
    labels: {
      opcode: "opcode",
      length: "length",
      extended: "extended length",
      key: "masking key",
      payload: "payload",
    },
    verdicts: {
      unusual: "unusual",
      short: "cut short",
      wrong: "violation",
      limit: "over the limit",
    },
    bytes,
    whole: (/** @type {number} */ header, /** @type {bigint} */ payload) =>
      `${count(header)} header + ${count(payload)} payload = ${bytes(BigInt(header) + payload)}`,
    part: (/** @type {number} */ came, /** @type {bigint | null} */ of) =>
      of === null
        ? `${bytes(came)} came, not the whole header`
        : `${count(came)} of ${bytes(of)} came`,
    fin: {
      data: {
        only: ["All of its message is in this frame.", "§5.4"],
        last: ["The last fragment of its message.", "§5.4"],
        more: ["More fragments of this message follow.", "§5.4"],
      },
      control: {
        only: ["A control frame is always whole.", "§5.5"],
        last: ["A control frame is always whole.", "§5.5"],
        more: ["A control frame must not be fragmented.", "§5.5"],
      },
    },
    rsv: {
      name: (/** @type {number[]} */ which) =>
        which.length === 1
          ? `RSV${which[0]}`
          : which[which.length - 1] - which[0] === which.length - 1
            ? `RSV${which[0]}–${which[which.length - 1]}`
            : which.map((n) => `RSV${n}`).join(", "),
      unset: ["Reserved for extensions; not set.", "§5.2"],
      compressed: ["Set on its first frame: the message is compressed.", "RFC 7692 §6"],
      goesOn: ["Not set: the first frame has said that it is compressed.", "RFC 7692 §6.1"],
      misplaced: [
        "Only the first frame of a data message may say that it is compressed.",
        "RFC 7692 §6.1",
      ],
      undefined: ["No extension defines it here.", "§5.2"],
    },
    opcodes: /** @type {Record<number, readonly string[]>} */ ({
      0: ["Goes on with the message that an earlier frame began.", "§5.4"],
      1: ["A text, in UTF-8.", "§5.6"],
      2: ["Binary: bytes of any kind.", "§5.6"],
      8: ["Begins or answers the closing handshake.", "§5.5.1"],
      9: ["Asks the other side for a pong.", "§5.5.2"],
      10: ["Answers a ping, or comes unasked as a sign of life.", "§5.5.3"],
    }),
    heartbeat: /** @type {Record<number, readonly string[]>} */ ({
      9: ["This server's heartbeat: nothing had come for a while.", "§5.5.2"],
      10: ["Answers this server's heartbeat.", "§5.5.3"],
    }),
    reserved: {
      data: ["Reserved: no such data frame is defined.", "§5.2"],
      control: ["Reserved: no such control frame is defined.", "§5.5"],
    },
    mask: {
      in: {
        1: ["Masked, as a client has to.", "§5.1"],
        0: ["Not masked, though a client has to.", "§5.1"],
      },
      out: {
        1: ["Masked, though a server must not.", "§5.1"],
        0: ["Not masked: a server does not.", "§5.1"],
      },
    },
    length: {
      0: ["There is no payload.", "§5.2"],
      7: ["In bytes; up to 125 fit in here.", "§5.2"],
      16: ["The length follows, in 16 bits.", "§5.2"],
      64: ["The length follows, in 64 bits.", "§5.2"],
      control: ["A control frame has at most 125 bytes of payload.", "§5.5"],
    },
    extended: {
      16: ["In 16 bits, from 126 bytes on.", "§5.2"],
      64: ["In 64 bits, from 65,536 bytes on.", "§5.2"],
      missing: ["It had not come whole.", "§5.2"],
      top: ["The highest of its bits must be 0.", "§5.2"],
      longer: (/** @type {number} */ bits) => [
        `The shortest coding must be used: ${bits} bits would do.`,
        "§5.2",
      ],
    },
    key: {
      whole: ["Random; XORed over the payload.", "§5.3"],
      zero: ["Zeros mask nothing: the payload goes as it is. A key should be random.", "§5.3"],
      missing: (/** @type {number} */ n) => [
        n ? `Only ${n} of its 4 bytes had come.` : "It had not come.",
        "§5.3",
      ],
    },
    payload: {
      unknown: "of unknown length",
      came: (/** @type {number} */ n, /** @type {bigint | null} */ of) =>
        of === null
          ? "Its length had not come, and so nothing of it."
          : n
            ? `Only ${count(n)} of ${count(of)} bytes had come.`
            : "Nothing of it had come.",
      more: (/** @type {bigint} */ n) => `+${bytes(n)}`,
      empty: {
        any: ["A frame may be empty.", "§5.2"],
        close: ["Empty: no status code, which a program is told as 1005.", "§7.1.5"],
      },
      compressed: ["Compressed by DEFLATE, less its last 00 00 ff ff.", "RFC 7692 §7.2.1"],
      of: /** @type {Record<number, readonly string[]>} */ ({
        0: ["The next part of the message.", "§5.4"],
        1: ["Text in UTF-8.", "§5.6"],
        2: ["Bytes, which mean what the application says.", "§5.6"],
        8: ["A status code in two bytes, and a reason in UTF-8.", "§5.5.1"],
        9: ["Whatever it is, the pong brings it back.", "§5.5.2"],
        10: ["What the ping brought that it answers.", "§5.5.3"],
      }),
      any: ["Nobody knows what it means.", "§5.2"],
    },
    faults: {
      continuation: ["There is no message that it could go on with.", "§5.4"],
      interrupted: ["A new message before the last fragment of the one before.", "§5.4"],
      utf8: ["Not UTF-8, as a text has to be.", "§8.1"],
      inflate: ["No compressed message: it cannot be inflated.", "RFC 7692 §7.2.2"],
      half: ["Half a status code: it takes two bytes.", "§5.5.1"],
      code: ["A status code that must not be sent.", "§7.4"],
      reason: ["The reason is not UTF-8.", "§5.5.1"],
      large: ["With it, the message is larger than this server takes.", "§10.4"],
      inflatedLarge: ["Inflated, the message is larger than this server takes.", "§10.4"],
    },
  },
  unmasking: {
    sent: "as sent",
    key: "XOR key",
    payload: "= payload",
    reads: "reads",
    byte: (/** @type {number} */ n) => `Byte ${n}, bit by bit`,
  },
  payload: {
    views: { text: "Text", json: "JSON", hex: "Hex", deflated: "Deflated" },
    rest: "Show the rest",
    more: (/** @type {number} */ n) => `Show ${size(n)} more`,
    noReason: "none",
    byte: (
      /** @type {number} */ at,
      /** @type {number} */ of,
      /** @type {number} */ value,
      /** @type {string} */ bits,
    ) =>
      `offset ${count(at)} of ${count(of)} · 0x${value.toString(16).padStart(2, "0")} · ${value} · ${bits}`,
  },
  json: {
    keys: (/** @type {number} */ n) => plural(n, "key"),
    items: (/** @type {number} */ n) => plural(n, "item"),
    more: (/** @type {number} */ n) => `… ${count(n)} more`,
    bounded: (/** @type {number} */ n) =>
      `${count(n)} lines are open. What is still folded can be opened one by one.`,
  },
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
  diagram: {
    label: "Sequence diagram: client and server, oldest first",
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
        "RFC 6455 §1.9",
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
  try: {
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
      `“${piece.length > 24 ? `${piece.slice(0, 24)}…` : piece}” is no hex: bytes are pairs of digits, for example 00 ff 7e.`,
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
  },
  clients: { unknown: "?" },
};
