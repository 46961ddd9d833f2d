// @ts-check
/** The field that messages are typed into: Enter sends, the arrows go through what was sent before. */

import { part } from "../page/stamps.js";
import { keep, kept } from "./kept.js";

/** @typedef {{ kind: string, text: string }} Typed */

const HISTORY = 100;
const LONGEST = 65_536;
const NAME = "try.typed";

export class MessageField {
  #field = /** @type {HTMLTextAreaElement} */ (part("try-message"));
  #kind = /** @type {HTMLSelectElement} */ (part("try-kind"));
  /** What was sent. @type {Typed[]} */ #history = [];
  /** The same, and the draft behind it, as they stand now: what is changed there is not lost. @type {Typed[]} */ #lines =
    [];
  #at = 0;

  constructor() {
    const before = kept(NAME);
    if (Array.isArray(before?.history)) this.#history = before.history.filter(isTyped);
    this.#begin(isTyped(before?.draft) ? before.draft : { kind: "text", text: "" });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("pagehide", () => this.#keep());
  }

  /** @returns {Typed} */
  get typed() {
    return { kind: this.#kind.value, text: this.#field.value };
  }

  /** Have something ready to be sent, where nothing is typed. @param {string} text */
  offer(text) {
    if (!this.#field.value) this.#field.value = text;
    this.#field.focus();
    this.#field.select();
  }

  /** What is typed was sent: it is history, and the next one begins. */
  sent() {
    const { kind, text } = this.typed;
    const last = this.#history.at(-1);
    const again = last?.text === text && last.kind === kind;
    if (text && text.length <= LONGEST && !again) this.#history.push({ kind, text });
    this.#history.splice(0, this.#history.length - HISTORY);
    const draft = this.#at < this.#lines.length - 1 ? this.#lines.at(-1) : undefined;
    // Of a draft with nothing in it not even the kind counts: who sent hex goes on with hex.
    this.#begin(draft?.text ? draft : { kind, text: "" });
  }

  /** @param {Typed} draft */
  #begin(draft) {
    this.#lines = [...this.#history, draft];
    this.#at = this.#lines.length - 1;
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const { value, selectionStart, selectionEnd } = this.#field;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#field.form?.requestSubmit();
    } else if (event.key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n"))
      this.#recall(event, -1);
    else if (event.key === "ArrowDown" && !value.slice(selectionEnd).includes("\n"))
      this.#recall(event, 1);
  }

  /** @param {KeyboardEvent} event @param {-1 | 1} by */
  #recall(event, by) {
    const next = this.#at + by;
    if (event.shiftKey || next < 0 || next >= this.#lines.length) return;
    event.preventDefault();
    this.#lines[this.#at] = this.typed;
    this.#at = next;
    this.#show();
  }

  #show() {
    const { kind, text } = this.#lines[this.#at];
    this.#kind.value = kind;
    this.#field.value = text;
    this.#field.setSelectionRange(text.length, text.length);
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** As much as there is room for; the draft before the history. */
  #keep() {
    this.#lines[this.#at] = this.typed;
    const draft = this.#at === this.#lines.length - 1 ? this.typed : this.#lines.at(-1);
    let history = this.#history;
    while (!keep(NAME, { draft, history }) && history.length)
      history = history.slice(Math.ceil(history.length / 2));
  }
}

/** @param {any} value @returns {value is Typed} */
const isTyped = (value) =>
  typeof value?.text === "string" && (value.kind === "text" || value.kind === "binary");
