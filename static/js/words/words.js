// @ts-check
/** The protocol in words: opcodes, endings, clients, and one line for each event. */

import { closeName } from "./close-codes.js";
import { duration, size } from "./format.js";
import { texts } from "./texts.js";
import { bytesOf, decode, hexOf } from "./visible.js";

/** @typedef {import("../types").Event} Event */
/** @typedef {import("../types").FrameEvent} FrameEvent */
/** @typedef {import("../types").Ending} Ending */

/** The longest that a preview is, but for the ellipsis. */
const PREVIEW_CHARACTERS = 240;
const PREVIEW_BASE64 = ((PREVIEW_CHARACTERS * 4) / 3) * 4 + 4;
/** By how many of its bytes is judged whether a payload reads as text. */
const JUDGED = (PREVIEW_BASE64 / 4) * 3;

// RFC 6455 §11.8
const OPCODES = /** @type {Record<number, string>} */ ({
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
});

// The first that matches names the client; browsers claim to be each other, so the order matters.
const CLIENTS = /** @type {[RegExp, string][]} */ ([
  [/\baiohttp\/(\d+\.\d+)/, "aiohttp"],
  [/\bwebsockets\/(\d+\.\d+)/, "websockets"],
  [/\bEdg(?:A|iOS)?\/(\d+)/, "Edge"],
  [/\bOPR\/(\d+)/, "Opera"],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/\bHeadlessChrome\/(\d+)/, "headless Chrome"],
  [/\b(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)[\d.]* .*\bSafari\//, "Safari"],
]);

/** @param {number} opcode */
export const opcodeName = (opcode) => OPCODES[opcode] ?? `reserved 0x${opcode.toString(16)}`;

/** @param {number} opcode */
export const isControl = (opcode) => opcode >= 8;

/** How a connection ended: what the one who ended it did, and what the other one answered. @param {Ending} ending */
export function endingWords({ by, how, code, reason }) {
  const { ending } = texts;
  // 1006 stands for the lack of a close frame, 1005 only for that of a code in it.
  const named = code !== 1006;
  const closed = ending.closed(by, closeName(code)) + (reason ? `: ${reason}` : "");
  const half = by === "server" && named;
  switch (how) {
    case "closing handshake":
      return closed;
    case "end of stream":
      return half ? closed + ending.after.ended : ending.left(by);
    case "reset":
      return half ? closed + ending.after.reset : ending.reset(by);
    case "time-out":
      return named ? closed + ending.after.late : ending.gaveUp(by) + (reason ? `: ${reason}` : "");
    default:
      return `${by}: ${how}`;
  }
}

/** What a User-Agent header names. @param {string | null} userAgent */
export function clientName(userAgent) {
  if (!userAgent) return texts.clients.noAgent;
  for (const [pattern, name] of CLIENTS) {
    const found = pattern.exec(userAgent);
    if (found) return `${name} ${found[1]}`;
  }
  const first = userAgent.trim().split(/\s+/)[0] || texts.clients.unknown;
  return first.replace("/", " ").trim().slice(0, 28);
}

/** What is unusual in a frame's first two bytes. @param {FrameEvent} frame */
export function flags(frame) {
  const found = frame.fin ? [] : ["no FIN"];
  // RSV1 says that a message is compressed (RFC 7692 §6), which its mark tells already.
  if (frame.rsv1 && !frame.compressed) found.push("RSV1");
  if (frame.rsv2) found.push("RSV2");
  if (frame.rsv3) found.push("RSV3");
  // RFC 6455 §5.1: a client masks, a server does not.
  const masked = frame.masking_key !== null;
  if (masked !== (frame.direction === "in")) found.push(masked ? "masked" : "unmasked");
  return found;
}

/** What is special about a frame, though nothing is wrong with it. @param {FrameEvent} frame */
export function mark({ heartbeat, compressed, message, opcode, payload_size: came }) {
  const { marks } = texts.frame;
  if (heartbeat) return marks.heartbeat;
  if (!compressed) return "";
  if (!message) return marks.part;
  // The last of several frames does not tell what the others took.
  return marks.inflated(opcode === 0 ? marks.parts : size(came), size(message.size));
}

/** Why a frame has nothing to preview. @param {FrameEvent} frame */
export const absence = ({ message, payload_size: size }) =>
  message || !size ? texts.frame.empty : texts.frame.nothingCame(size);

/** One line about an event, as it was sent: it goes through `show` before anybody sees it. @param {Event} event */
export function preview(event) {
  switch (event.kind) {
    case "frame":
      return framePreview(event);
    case "opened":
      return [
        event.peer,
        event.request.line,
        ...(event.subprotocol ? [texts.subprotocol(event.subprotocol)] : []),
      ].join(" · ");
    case "refused":
      return event.refusal.reason;
    case "closed":
      return `${duration(event.duration)} · ${endingWords(event)}`;
    case "noted":
      return event.text;
  }
}

/** Whether bytes are to be read as text, by the opcode or, where that does not say, by themselves. @param {number} opcode @param {Uint8Array} bytes */
function readsAsText(opcode, bytes) {
  if (opcode === 1) return true;
  if (opcode === 2) return false;
  const text = decode(bytes);
  // Controls but for tab and line ends, and bytes that are no UTF-8.
  const unreadable = text.match(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\udc80-\udcff]/gu) ?? [];
  return unreadable.length * 4 <= [...text].length;
}

/** Whether what is shown of a frame reads as text: what is compressed does only once it is inflated. @param {FrameEvent} frame @param {Uint8Array} bytes */
export const isReadable = (frame, bytes) =>
  readsAsText(frame.opcode, bytes) && (frame.message !== null || !(frame.compressed || frame.rsv1));

/** @param {FrameEvent} frame */
const framePreview = (frame) =>
  payloadWords(frame, bytesOf((frame.message ?? frame).payload.slice(0, PREVIEW_BASE64)), cut);

/** The preview of a frame as it would be if a line had room for all that was recorded. @param {FrameEvent} frame */
export const whole = (frame) =>
  payloadWords(frame, bytesOf((frame.message ?? frame).payload), (text) => text);

/** @param {FrameEvent} frame @param {Uint8Array} bytes @param {(text: string) => string} shorten */
function payloadWords(frame, bytes, shorten) {
  if (bytes.length === 0) return frame.opcode === 8 ? texts.frame.noCode : "";
  if (frame.opcode === 8 && bytes.length > 1) {
    // RFC 6455 §5.5.1: a two-byte code, then a reason in UTF-8
    const reason = shorten(decode(bytes.subarray(2)));
    return closeName(bytes[0] * 256 + bytes[1]) + (reason ? `: ${reason}` : "");
  }
  const readable = isReadable(frame, bytes.subarray(0, JUDGED));
  return shorten(readable ? decode(bytes) : hexOf(bytes));
}

/** Whole characters, no more than a line needs. @param {string} text */
function cut(text) {
  const characters = [...text];
  return characters.length > PREVIEW_CHARACTERS
    ? `${characters.slice(0, PREVIEW_CHARACTERS).join("")}…`
    : text;
}
