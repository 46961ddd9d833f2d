// @ts-check
/** Where this page's own connection goes to, and which subprotocols it offers. */

import { part } from "../page/stamps.js";
import { keep, kept } from "./kept.js";
import { texts } from "./texts.js";

// RFC 6455 §4.1: a subprotocol is an HTTP token.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NAME = "try.address";

export class ConnectForm {
  #path = /** @type {HTMLInputElement} */ (part("try-path"));
  #subprotocols = /** @type {HTMLInputElement} */ (part("try-subprotocol"));

  constructor() {
    const before = kept(NAME);
    if (typeof before?.path === "string") this.#path.value = before.path;
    if (typeof before?.subprotocols === "string") this.#subprotocols.value = before.subprotocols;
    window.addEventListener("pagehide", () => {
      const { value, defaultValue } = this.#path;
      const path = value === defaultValue ? null : value;
      keep(NAME, { path, subprotocols: this.#subprotocols.value });
    });
  }

  /** What is typed there, or a sentence about what is wrong with it. @returns {{ path: string, subprotocols: string[] } | string} */
  read() {
    const path = this.#path.value.trim();
    const subprotocols = this.#subprotocols.value
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    // "//elsewhere" is an address of another server, which this page may not open.
    if (!/^\/(?![/\\])/.test(path)) return texts.badPath;
    const twice = new Set(subprotocols).size < subprotocols.length;
    if (twice || !subprotocols.every((name) => TOKEN.test(name))) return texts.badProtocol;
    return { path, subprotocols };
  }

  /** @param {boolean} fixed nothing of it can be changed as long as it is in use */
  fix(fixed) {
    this.#path.readOnly = fixed;
    this.#subprotocols.readOnly = fixed;
  }
}
