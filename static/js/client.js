// @ts-check
/** A WebSocket client without a face: one connection, and the round trip of each message. */

/**
 * @typedef {object} Exchange
 * @property {"sent" | "received"} way
 * @property {"text" | "binary"} kind
 * @property {string | Uint8Array} data
 * @property {number | null} trip microseconds from sending the same to getting it back
 */

const AWAITED = 1000;

export class Client extends EventTarget {
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {{ data: string | Uint8Array, at: number }[]} */ #awaited = [];
  /** @type {Set<string>} */ #tokens = new Set();
  /** The token of the connection that is open, by which the page finds it in the list. @type {string | null} */ token =
    null;

  /** @returns {"closed" | "connecting" | "open" | "closing"} */
  get state() {
    return /** @type {const} */ (["connecting", "open", "closing", "closed"])[
      this.#socket?.readyState ?? 3
    ];
  }

  /** Whether a request target is that of a connection which this page opened. @param {string} target */
  opened(target) {
    const token = /[?&]try=([0-9a-z]+)/.exec(target)?.[1];
    return token !== undefined && this.#tokens.has(token);
  }

  /** Connect to a path of this server. @param {string} path @param {string[]} subprotocols */
  connect(path, subprotocols) {
    const token = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this.token = token;
    this.#tokens.add(token);
    this.#awaited = [];
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
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      this.dispatchEvent(new CustomEvent("close", { detail: { code, reason, wasClean, made } }));
    });
    this.dispatchEvent(new Event("connecting"));
  }

  disconnect() {
    this.#socket?.close(1000);
    this.dispatchEvent(new Event("closing"));
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data */
  send(data) {
    if (this.state !== "open") return;
    this.#socket?.send(data);
    this.#awaited.push({ data, at: performance.now() });
    if (this.#awaited.length > AWAITED) this.#awaited.shift();
    this.#tell("sent", data, null);
  }

  /** @param {string | ArrayBuffer} raw */
  #receive(raw) {
    const data = typeof raw === "string" ? raw : new Uint8Array(raw);
    // An echo keeps the order; whatever is not the echo of the oldest was sent for another reason.
    const first = this.#awaited[0];
    const trip = first && same(first.data, data) ? (performance.now() - first.at) * 1000 : null;
    if (trip !== null) this.#awaited.shift();
    this.#tell("received", data, trip);
  }

  /** @param {"sent" | "received"} way @param {string | Uint8Array} data @param {number | null} trip */
  #tell(way, data, trip) {
    const detail = { way, kind: typeof data === "string" ? "text" : "binary", data, trip };
    this.dispatchEvent(new CustomEvent("exchange", { detail }));
  }
}

/** @param {string | Uint8Array} a @param {string | Uint8Array} b */
function same(a, b) {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
