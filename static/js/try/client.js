// @ts-check
/** A WebSocket client without a face: one connection at a time, and what goes over it. */

/** @typedef {string | Uint8Array<ArrayBuffer>} Data */
/**
 * How a connection ended, as far as a browser tells.
 * @typedef {object} End
 * @property {number} code @property {string} reason @property {boolean} wasClean
 * @property {boolean} made whether there had been a connection at all
 * @property {boolean} cancelled whether somebody gave up waiting for it
 */

export class Client extends EventTarget {
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Set<string>} */ #tokens = new Set();
  #cancelled = false;
  /** Of the connection that was last asked for: what names it in the server's record. @type {string | null} */ token =
    null;

  /** @returns {"closed" | "connecting" | "open" | "closing"} */
  get state() {
    return /** @type {const} */ (["connecting", "open", "closing", "closed"])[
      this.#socket?.readyState ?? 3
    ];
  }

  /** Bytes that were sent and wait in the browser. */
  get buffered() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Whether a request target, or the line that it stands in, is of a connection which this page opened. @param {string} target */
  opened(target) {
    const token = tokenOf(target);
    return token !== undefined && this.#tokens.has(token);
  }

  /** Whether it is that of the newest of them. @param {string} target */
  isLast(target) {
    return this.token !== null && tokenOf(target) === this.token;
  }

  /** Connect to a path of this server. @param {string} path @param {string[]} subprotocols */
  connect(path, subprotocols) {
    const token = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this.token = token;
    this.#tokens.add(token);
    this.#cancelled = false;
    const address = new URL(path, location.origin);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    address.searchParams.append("try", token);
    const socket = new WebSocket(address, subprotocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let made = false;
    socket.addEventListener("open", () => {
      made = true;
      this.dispatchEvent(new CustomEvent("open", { detail: socket.protocol }));
    });
    socket.addEventListener("message", ({ data }) => {
      const detail = typeof data === "string" ? data : new Uint8Array(data);
      this.dispatchEvent(new CustomEvent("message", { detail }));
    });
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      const detail = { code, reason, wasClean, made, cancelled: this.#cancelled };
      this.dispatchEvent(new CustomEvent("close", { detail }));
    });
    this.dispatchEvent(new Event("connecting"));
  }

  /** Begin the closing handshake, or give up waiting for a connection. @param {number} code @param {string} reason */
  close(code = 1000, reason = "") {
    this.#cancelled = this.state === "connecting";
    this.#socket?.close(code, reason);
    this.dispatchEvent(new Event("closing"));
  }

  /** @param {Data} data */
  send(data) {
    this.#socket?.send(data);
  }
}

/** @param {string} target */
const tokenOf = (target) => /[?&]try=([0-9a-z]+)/.exec(target)?.[1];
