// @ts-check
/** What is to be sent: typed as text or as hex, or a file; once or many times. */

import { part } from "../page/stamps.js";
import { size } from "../words/format.js";
import { readHex } from "../words/hex.js";
import { isUtf8 } from "../words/visible.js";
import { Attachment } from "./attachment.js";
import { describe } from "./exchanges.js";
import { MessageField } from "./message-field.js";
import { texts } from "./texts.js";

/** @typedef {import("./client.js").Data} Data */
/** @typedef {{ data: Data, message: import("./exchanges.js").Message, times: number }} Ready */

const MOST_TIMES = 1000;
// A byte order mark is sent like everything else.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Outgoing {
  #field;
  #attachment;
  #times = /** @type {HTMLInputElement} */ (part("try-times"));
  #limit = Number(part("try").dataset.maxMessageSize);
  #say;

  /** @param {(sentence: string | null, warning?: boolean) => void} say what is wrong, or will be @param {() => void} reveal bring it into view */
  constructor(say, reveal) {
    this.#say = say;
    this.#attachment = new Attachment(reveal);
    this.#field = new MessageField();
    part("try-message").addEventListener("input", () => this.#warn());
    this.#attachment.addEventListener("change", () => this.#warn());
  }

  /** Have something ready to be sent, where nothing is typed. @param {string} text */
  offer(text) {
    this.#field.offer(text);
  }

  /** What there is to be sent; null where that cannot be, which has been said. @returns {Promise<Ready | null>} */
  async read() {
    const { file } = this.#attachment;
    const times = Number(this.#times.value.trim());
    const read =
      Number.isInteger(times) && times >= 1 && times <= MOST_TIMES
        ? await (file ? this.#fromFile(file) : this.#typed())
        : { wrong: texts.badTimes(MOST_TIMES) };
    this.#say("wrong" in read ? read.wrong : null);
    if ("wrong" in read) return null;
    return { data: read.data, message: describe(read.data, file?.name), times };
  }

  /** It is on its way. @param {Ready} ready */
  sent({ message }) {
    // A file stays: to send it again is one click, and to choose it again several.
    if (message.name && this.#attachment.file) return;
    this.#field.sent();
    part("try-message").focus();
  }

  /** @returns {{ data: Data } | { wrong: string }} */
  #typed() {
    const { kind, text } = this.#field.typed;
    if (kind === "text") return { data: text };
    const read = readHex(text);
    return "wrong" in read ? { wrong: texts.badHex(read.wrong) } : { data: read.bytes };
  }

  /** @param {File} file @returns {Promise<{ data: Data } | { wrong: string }>} */
  async #fromFile(file) {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (this.#attachment.kind === "binary") return { data: bytes };
      if (!isUtf8(bytes)) return { wrong: texts.notText(file.name) };
      return { data: decoder.decode(bytes) };
    } catch {
      return { wrong: texts.unreadable(file.name) };
    }
  }

  /** Say so before more is sent than the server takes. */
  #warn() {
    const bytes = this.#size();
    if (bytes > this.#limit) this.#say(texts.tooLarge(size(bytes), size(this.#limit)), true);
    else this.#say(null);
  }

  /** In bytes: exactly only where it may be too large. */
  #size() {
    const { file } = this.#attachment;
    if (file) return file.size;
    const { text } = this.#field.typed;
    // A character takes three bytes at the most.
    if (text.length * 3 <= this.#limit) return 0;
    const read = this.#typed();
    return "wrong" in read ? 0 : describe(read.data).size;
  }
}
