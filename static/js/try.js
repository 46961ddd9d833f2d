// @ts-check
/** "Try it": the client in this page, its fields and its own log. */

import { announce } from "./announce.js";
import { part, stamp, write } from "./stamps.js";
import { texts } from "./texts.js";
import { hexOf, show } from "./visible.js";
import { closeName } from "./words.js";

/** @typedef {import("./client.js").Exchange} Exchange */

const LOGGED = 200;
const SHOWN = 1000;
const HISTORY = 100;
// RFC 6455 §4.1: a subprotocol is an HTTP token.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (part(id));

export class Try {
  #client;
  /** @type {string[]} */ #history = [];
  #at = 0;
  #draft = "";

  /** @param {import("./client.js").Client} client @param {() => void} reveal bring the part into view */
  constructor(client, reveal) {
    this.#client = client;
    part("try-connect").addEventListener("submit", (event) => this.#toggle(event));
    part("try-send").addEventListener("submit", (event) => this.#send(event));
    part("try-message").addEventListener("keydown", (event) => this.#key(event));
    part("connect-here").addEventListener("click", () => {
      reveal();
      this.#greet();
    });
    client.addEventListener("connecting", () => this.#state());
    client.addEventListener("closing", () => this.#state());
    client.addEventListener("open", (event) =>
      this.#opened(/** @type {CustomEvent<string>} */ (event).detail),
    );
    client.addEventListener("close", (event) =>
      this.#closed(/** @type {CustomEvent} */ (event).detail),
    );
    client.addEventListener("exchange", (event) =>
      this.#exchanged(/** @type {CustomEvent<Exchange>} */ (event).detail),
    );
    this.#state();
  }

  /** Connect, and have a first message ready to be sent. */
  #greet() {
    const message = input("try-message");
    if (!message.value) message.value = texts.try.greeting;
    if (this.#client.state === "closed") this.#connect();
    message.focus();
    message.setSelectionRange(0, message.value.length);
  }

  /** @param {Event} event */
  #toggle(event) {
    event.preventDefault();
    if (this.#client.state === "closed") this.#connect();
    else this.#client.disconnect();
  }

  #connect() {
    const path = input("try-path").value.trim();
    const subprotocols = input("try-subprotocol")
      .value.split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    // "//elsewhere" is an address of another server, which this page may not open.
    if (!/^\/(?![/\\])/.test(path)) this.#problem(texts.try.badPath);
    else if (
      !subprotocols.every((name) => TOKEN.test(name)) ||
      new Set(subprotocols).size < subprotocols.length
    )
      this.#problem(texts.try.badProtocol);
    else {
      this.#problem(null);
      this.#client.connect(path, subprotocols);
    }
  }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault();
    if (this.#client.state !== "open") return;
    const message = input("try-message");
    const binary = input("try-kind").value === "binary";
    const data = binary ? bytesOfHex(message.value) : message.value;
    if (data === null) {
      this.#problem(texts.try.badHex);
      return;
    }
    this.#problem(null);
    this.#client.send(data);
    if (message.value && this.#history.at(-1) !== message.value) this.#history.push(message.value);
    if (this.#history.length > HISTORY) this.#history.shift();
    this.#at = this.#history.length;
    message.value = "";
    message.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const message = input("try-message");
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      /** @type {HTMLFormElement} */ (part("try-send")).requestSubmit();
    } else if (
      event.key === "ArrowUp" &&
      !message.value.slice(0, message.selectionStart ?? 0).includes("\n")
    )
      this.#recall(event, -1);
    else if (
      event.key === "ArrowDown" &&
      !message.value.slice(message.selectionEnd ?? 0).includes("\n")
    )
      this.#recall(event, 1);
  }

  /** @param {KeyboardEvent} event @param {-1 | 1} by */
  #recall(event, by) {
    const next = this.#at + by;
    if (next < 0 || next > this.#history.length) return;
    event.preventDefault();
    const message = input("try-message");
    if (this.#at === this.#history.length) this.#draft = message.value;
    this.#at = next;
    message.value = next === this.#history.length ? this.#draft : this.#history[next];
    message.setSelectionRange(message.value.length, message.value.length);
  }

  /** @param {string} protocol */
  #opened(protocol) {
    this.#log({ way: "event", what: texts.try.opened(protocol) });
    announce(texts.announce.tryOpen);
    this.#state();
  }

  /** @param {{ code: number, reason: string, wasClean: boolean, made: boolean }} ending */
  #closed({ code, reason, wasClean, made }) {
    const words = made ? texts.try.ended(closeName(code), reason, wasClean) : texts.try.failed;
    this.#log({ way: "event", what: words });
    announce(made ? texts.announce.tryClosed(closeName(code)) : words);
    this.#state();
  }

  /** @param {Exchange} exchange */
  #exchanged({ way, kind, data, trip }) {
    const what =
      typeof data === "string" ? data.slice(0, SHOWN) : hexOf(data.subarray(0, SHOWN / 3));
    this.#log({ way, kind, what, trip });
  }

  /** @param {{ way: "sent" | "received" | "event", what: string, kind?: string, trip?: number | null }} entry */
  #log({ way, kind = "", what, trip = null }) {
    const log = part("try-log");
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 12;
    part("try-hint").hidden = true;
    const { element, slots } = stamp("exchange");
    element.dataset.way = way;
    slots.way.textContent = way === "event" ? "" : texts.try[way];
    slots.kind.textContent = kind;
    show(slots.what, what);
    slots.trip.textContent = trip === null ? "" : texts.try.trip(trip);
    log.append(element);
    const entries = log.getElementsByClassName("exchange");
    while (entries.length > LOGGED) entries[0].remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  #state() {
    const { state } = this.#client;
    part("try").dataset.state = state;
    write(part("try-state"), texts.try[state]);
    write(
      part("try-button"),
      state === "open" || state === "closing"
        ? texts.try.disconnect
        : state === "connecting"
          ? texts.try.cancel
          : texts.try.connect,
    );
    /** @type {HTMLButtonElement} */ (part("try-submit")).disabled = state !== "open";
    for (const id of ["try-path", "try-subprotocol"]) input(id).readOnly = state !== "closed";
  }

  /** @param {string | null} sentence */
  #problem(sentence) {
    part("try-problem").hidden = sentence === null;
    part("try-problem").textContent = sentence ?? "";
  }
}

/** Pairs of hex digits, however they are spaced; null where it is not that. @param {string} text */
function bytesOfHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
