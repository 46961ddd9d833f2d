// @ts-check
/** The way from "Try it" to the stream: narrow it to the connection that this page has opened. */

import { isOpen } from "../feed/picture.js";
import { part } from "../page/stamps.js";

export class OwnConnection {
  #button = part("try-show");
  #choice;
  #client;
  #picture;

  /**
   * @param {import("../page/choice.js").Choice} choice
   * @param {import("./client.js").Client} client
   * @param {import("../feed/picture.js").Picture} picture
   * @param {() => void} toStream
   */
  constructor(choice, client, picture, toStream) {
    this.#choice = choice;
    this.#client = client;
    this.#picture = picture;
    this.#button.addEventListener("click", () => {
      const { connection } = this.#button.dataset;
      if (connection) choice.narrowTo(connection);
      toStream();
    });
    choice.addEventListener("change", () => this.changed());
  }

  /** Connections have come or gone, or another one is chosen. */
  changed() {
    const own = [...this.#picture.rows.values()].find(
      (row) => isOpen(row) && this.#client.opened(row.target),
    );
    this.#button.hidden = !own || this.#choice.connection === own.id;
    this.#button.dataset.connection = own?.id ?? "";
  }
}
