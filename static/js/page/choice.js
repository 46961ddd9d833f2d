// @ts-check
/** What somebody has chosen: a connection, a line, and whether the inspector shows it. */

/** @typedef {import("../stream/lines.js").Line} Line */

export class Choice extends EventTarget {
  /** @type {string | null} */ connection = null;
  /** @type {Line | null} */ line = null;
  /** @type {"connection" | "line" | null} */ inspected = null;

  /** The connection of which all is to be told: the one that is chosen, or inspected by a line of its own. */
  get subject() {
    const event = this.inspected === "line" ? this.line?.event : null;
    return this.connection ?? (event && event.kind !== "frame" ? event.connection : null);
  }

  /** Narrow to a connection; the same again, or null, widens. @param {string | null} id */
  chooseConnection(id) {
    this.connection = id === this.connection ? null : id;
    this.line = null;
    this.inspected = this.connection === null ? null : "connection";
    this.#tell();
  }

  /** Narrow to a connection and open it, whatever was chosen. @param {string} id */
  inspect(id) {
    this.connection = id;
    this.line = null;
    this.inspected = "connection";
    this.#tell();
  }

  /** Narrow without opening the inspector. @param {string} id */
  narrowTo(id) {
    this.connection = id;
    this.line = null;
    this.inspected = null;
    this.#tell();
  }

  /** Make a line the current one, and open it if asked or if the inspector is open already. @param {Line} line */
  chooseLine(line, open = false) {
    this.line = line;
    if (open || this.inspected !== null) this.inspected = "line";
    this.#tell();
  }

  /** The same line is another object now. @param {Line} line */
  replaceLine(line) {
    this.line = line;
  }

  /** One step back: from the line to its connection, from there to all. @returns {boolean} whether there was a step */
  back() {
    if (this.inspected === "line" && this.connection !== null) this.inspected = "connection";
    else if (this.inspected === "line") this.inspected = null;
    else if (this.connection !== null) {
      this.connection = null;
      this.inspected = null;
    } else if (this.line !== null) this.line = null;
    else return false;
    this.#tell();
    return true;
  }

  /** Close the inspector and keep what is chosen. */
  hide() {
    this.inspected = null;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
