// @ts-check
/** What is said about a frame. Clauses are of RFC 6455 where they name no other. */

import { bytes, count, plural, size } from "../words/format.js";

export const texts = {
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
      compressed: ["The message is compressed; its first frame says so.", "RFC 7692 §6"],
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
      compressed: {
        part: ["A part of what was compressed with DEFLATE.", "RFC 7692 §6.1"],
        last: [
          "Compressed with DEFLATE; the 00 00 ff ff at the end of the message is left out.",
          "RFC 7692 §7.2.1",
        ],
      },
      begins: ["The beginning of a text; it may end within a character.", "§5.6"],
      perhaps: ["Perhaps compressed: nothing was agreed upon that says how.", "§5.2"],
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
    title: "Payload",
    message: "Message",
    inflated: (/** @type {number} */ n) => `inflated to ${size(n)}`,
    cut: (/** @type {number} */ n, /** @type {number} */ of) =>
      `The first ${count(n)} of ${count(of)} bytes; the rest was not recorded.`,
    partly: (/** @type {number} */ n, /** @type {bigint} */ of) =>
      `${count(n)} of ${plural(of, "byte")} came.`,
    part: "A part of a compressed message: its last frame shows the whole.",
    noPayload: "This frame has no payload.",
    emptyMessage: "The message is empty.",
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
};
