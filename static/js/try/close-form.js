// @ts-check
/** A closing handshake with a code and a reason of somebody's own: out of the way until it is wanted. */

import { part } from "../page/stamps.js";
import { texts } from "./texts.js";

// RFC 6455 §5.5: a control frame holds 125 bytes, and the code takes two of them.
const LONGEST = 123;

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (part(id));

export class CloseForm {
  #form = part("try-close");
  #button = part("try-more");

  /** @param {(code: number, reason: string) => void} close @param {(sentence: string | null) => void} problem */
  constructor(close, problem) {
    this.#button.addEventListener("click", () => {
      this.#show(this.#form.hidden === true);
      if (!this.#form.hidden) input("try-code").focus();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#show(false);
      this.#button.focus();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const code = Number(input("try-code").value.trim());
      const reason = input("try-reason").value;
      if (!isAllowed(code)) problem(texts.badCode);
      else if (new TextEncoder().encode(reason).length > LONGEST) problem(texts.badReason);
      else {
        problem(null);
        close(code, reason);
      }
    });
  }

  /** @param {boolean} offered whether there is a connection to be closed */
  offer(offered) {
    this.#button.hidden = !offered;
    if (!offered) this.#show(false);
  }

  /** @param {boolean} shown */
  #show(shown) {
    this.#form.hidden = !shown;
    this.#button.setAttribute("aria-expanded", String(shown));
  }
}

/** What the WebSocket of a browser sends, and no other. @param {number} code */
const isAllowed = (code) =>
  code === 1000 || (Number.isInteger(code) && code >= 3000 && code <= 4999);
