// @ts-check
/** Push: send the chosen connection, or all, a message; ping it; close it. Nothing typed is lost. */

import { ask, connectionPath } from "../feed/api.js";
import { write } from "../page/stamps.js";
import { closeCode, closeName } from "../words/close-codes.js";
import { size } from "../words/format.js";
import { readHex } from "../words/hex.js";
import { show } from "../words/visible.js";
import { texts } from "./texts.js";

/** What an application may send of its own accord, as far as it has a meaning (RFC 6455 §7.4). */
const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4000];
const BUTTONS = ["push-submit", "push-all", "push-end", "trips-ping"];
const EVERYONE = "/api/broadcast";
const BITE = 0x8000;

/** @typedef {import("../types").Row} Row */

export class Push {
  #slots;
  #path;
  #gone = false;
  /** One after the other, in the order in which they were asked for. @type {Promise<void>} */
  #queue = Promise.resolve();

  /** @param {Record<string, HTMLElement>} slots @param {string} id */
  constructor(slots, id) {
    this.#slots = slots;
    this.#path = connectionPath(id);
    slots["push-message"].addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#field("push-message").form?.requestSubmit();
    });
    this.#on("push-send", "submit", () => this.#send(`${this.#path}/messages`));
    this.#on("push-all", "click", () => this.#send(EVERYONE));
    this.#on("push-close", "submit", () => this.#close());
    this.#on("trips-ping", "click", () =>
      this.#post(`${this.#path}/ping`, {}, () => texts.push.pinged, "trips-outcome"),
    );
    for (const code of CODES) slots["push-codes"].append(new Option(closeName(code), `${code}`));
    slots["push-code"].addEventListener("input", () => this.#explainCode());
    this.#explainCode();
  }

  /** @param {Row | undefined} row @param {number} open how many are, with this one */
  update(row, open) {
    const gone = row?.state !== "open";
    const { push } = texts;
    this.#gone = gone;
    for (const name of BUTTONS) {
      const button = this.#slots[name];
      const alone = name === "push-all" && open < 2;
      if (button instanceof HTMLButtonElement) button.disabled = gone || alone;
    }
    // What is typed there can still be read and copied.
    for (const name of ["push-message", "push-code", "push-reason"])
      this.#field(name).readOnly = gone;
    this.#slots["push-gone"].hidden = !gone;
    write(this.#slots["push-gone"], row?.state === "closing" ? push.closing : push.ended);
    write(this.#slots["push-all"], push.all(open));
  }

  /** @param {string} slot */
  #field(slot) {
    return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (this.#slots[slot]);
  }

  /** @param {string} slot @param {string} type @param {() => void} act */
  #on(slot, type, act) {
    this.#slots[slot].addEventListener(type, (event) => {
      event.preventDefault();
      if (!this.#gone) act();
    });
  }

  /** @param {string} path */
  #send(path) {
    const field = this.#field("push-message");
    const kind = /** @type {HTMLSelectElement} */ (this.#slots["push-kind"]);
    const { push } = texts;
    const read = kind.value === "text" ? null : readHex(field.value);
    if (read && "wrong" in read) return this.#say(push.badHex(read.wrong), true);
    const bytes = read?.bytes ?? new TextEncoder().encode(field.value);
    const sent = read ? { binary: base64(bytes) } : { text: field.value };
    // What was sent can be sent again, or typed over.
    if (document.activeElement === field) field.select();
    this.#post(path, sent, (told) => {
      const what = size(bytes.length);
      return path === EVERYONE
        ? push.sentToAll(what, told.sent, told.not_reading)
        : push.sent(what);
    });
  }

  #close() {
    const code = this.#field("push-code").value.trim();
    const reason = this.#field("push-reason").value;
    if (!/^\d*$/.test(code)) return this.#say(texts.push.badCode, true);
    const sent = { code: code ? Number(code) : null, reason };
    this.#post(`${this.#path}/close`, sent, () => texts.push.closed);
  }

  #explainCode() {
    const code = this.#field("push-code").value.trim();
    const meaning = closeCode(Number(code));
    const words = /^\d{4}$/.test(code) ? [closeName(Number(code)), meaning?.sentence] : [];
    write(this.#slots["push-meaning"], code ? words.filter(Boolean).join(". ") : texts.push.noCode);
  }

  /** @param {string} path @param {unknown} sent @param {(told: any) => string} done what to say of it @param {string} [outcome] and where */
  #post(path, sent, done, outcome) {
    this.#queue = this.#queue.then(async () => {
      const { status, told } = await ask(path, sent);
      const ok = status >= 200 && status < 300;
      this.#say(ok ? done(told) : (told?.error ?? texts.push.failed(status)), !ok, outcome);
    });
  }

  /** @param {string} sentence */
  #say(sentence, wrong = false, outcome = "push-outcome") {
    const slot = this.#slots[outcome];
    slot.toggleAttribute("data-wrong", wrong);
    show(slot, sentence);
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += BITE)
    binary += String.fromCharCode(...bytes.subarray(i, i + BITE));
  return btoa(binary);
}
