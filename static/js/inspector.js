// @ts-check
/** The inspector: shows the frame or the connection that is chosen, and goes away when nothing is. */

import { connectionDetail } from "./connection-detail.js";
import { lasted, shortId } from "./format.js";
import { frameDetail } from "./frame-detail.js";
import { part, write } from "./stamps.js";
import { texts } from "./texts.js";
import { opcodeName } from "./words.js";

const WIDE = 640;

export class Inspector {
  #choice;
  #picture;
  #handshakes;
  #showFrames;
  #cover;
  /** What is drawn, so that it is not drawn again under somebody's eyes. */
  #drawn = "";
  /** @type {Element | null} */ #from = null;

  /**
   * @param {import("./choice.js").Choice} choice @param {import("./picture.js").Picture} picture
   * @param {import("./handshakes.js").Handshakes} handshakes
   * @param {() => void} showFrames leave the inspector for the stream, on a narrow page
   * @param {(shown: boolean) => boolean} cover tell the panes, and learn whether some are covered now
   */
  constructor(choice, picture, handshakes, showFrames, cover) {
    this.#cover = cover;
    this.#choice = choice;
    this.#picture = picture;
    this.#handshakes = handshakes;
    this.#showFrames = showFrames;
    choice.addEventListener("change", () => this.changed());
    part("inspector-close").addEventListener("click", () => choice.hide());
    part("inspector-back").addEventListener("click", () => choice.back());
    let wide = false;
    new ResizeObserver(() => {
      const now = part("inspected").clientWidth >= WIDE;
      if (now === wide) return;
      wide = now;
      this.#drawn = "";
      this.changed();
    }).observe(part("inspected"));
  }

  /** Draw what is chosen, where that has changed. */
  changed() {
    const pane = part("inspector");
    const { inspected, line, connection } = this.#choice;
    const shown =
      inspected === "line" && line?.event
        ? "line"
        : inspected === "connection" && connection
          ? "connection"
          : null;
    if (!shown) {
      if (pane.hidden) return;
      const inside = pane.contains(document.activeElement);
      pane.hidden = true;
      this.#cover(false);
      this.#drawn = "";
      if (inside && this.#from instanceof HTMLElement) this.#from.focus();
      return;
    }
    const opens = pane.hidden;
    if (opens) this.#from = document.activeElement;
    const id =
      shown === "connection"
        ? connection
        : line?.event && line.event.kind !== "frame"
          ? line.event.connection
          : null;
    if (id !== null) this.#handshakes.want(id);
    const key = this.#key(id);
    if (key === this.#drawn) return;
    const anew = key.split(" ")[0] !== this.#drawn.split(" ")[0];
    this.#drawn = key;
    if (!anew && id !== null) {
      this.#refresh(this.#connection(id));
      return;
    }
    pane.hidden = false;
    // What lies below cannot be used, and so has no focus either.
    if (this.#cover(true) && opens) pane.focus();
    pane.dataset.inspects = shown;
    part("inspector-back").hidden = !(shown === "line" && connection !== null);
    if (connection !== null)
      write(part("inspector-back-words"), texts.inspector.back(shortId(connection)));
    const detail = shown === "line" ? this.#line() : this.#connection(connection ?? "");
    part("inspected").replaceChildren(detail);
    part("inspected").scrollTop = 0;
  }

  /** Put in only what has changed: somebody may be reading or selecting the rest. @param {HTMLElement} fresh */
  #refresh(fresh) {
    const old = part("inspected").firstElementChild;
    if (!(old instanceof HTMLElement)) return;
    Object.assign(old.dataset, fresh.dataset);
    for (const slot of ["words", "facts", "handshake"]) {
      const was = old.querySelector(`[data-slot="${slot}"]`);
      const is = fresh.querySelector(`[data-slot="${slot}"]`);
      if (!was || !is || was.textContent === is.textContent) continue;
      const cells = {
        was: [...was.querySelectorAll("dt, dd")],
        is: [...is.querySelectorAll("dt, dd")],
      };
      if (slot !== "facts" || cells.was.length !== cells.is.length) was.replaceWith(is);
      else for (const [i, cell] of cells.was.entries()) write(cell, cells.is[i].textContent ?? "");
    }
  }

  /** @param {string | null} id the connection that is shown, by itself or for a line of its own */
  #key(id) {
    const { inspected, line } = this.#choice;
    const name = inspected === "line" ? `line:${line?.number}` : `connection:${id}`;
    if (id === null) return name;
    const row = this.#picture.rows.get(id);
    const age = row ? lasted(row, this.#picture.now) : "";
    // The part before the space names it, the rest tells whether it has changed.
    return `${name} ${JSON.stringify([row, age, this.#handshakes.state(id), this.#picture.isEarlier(id)])}`;
  }

  /** @returns {Node} */
  #line() {
    const event = this.#choice.line?.event;
    if (!event) return document.createDocumentFragment();
    if (event.kind !== "frame") return this.#connection(event.connection);
    const title = part("inspector-title");
    const way = document.createElement("span");
    way.className = event.direction;
    way.textContent = texts.stream.direction[event.direction];
    title.replaceChildren(
      way,
      ` ${texts.inspector.frame(opcodeName(event.opcode), event.heartbeat)}`,
    );
    return frameDetail(event, part("inspected").clientWidth >= WIDE ? 16 : 8);
  }

  /** @param {string} id */
  #connection(id) {
    const { rows, handshakes, now } = this.#picture;
    const refused = rows.get(id)?.refusal ?? handshakes.get(id)?.kind === "refused";
    const title = refused ? texts.inspector.refused : texts.inspector.connection;
    write(part("inspector-title"), title(shortId(id)));
    const without = texts.inspector.handshake[this.#handshakes.state(id)];
    return connectionDetail(
      rows.get(id),
      handshakes.get(id),
      without,
      this.#picture.isEarlier(id),
      now,
      this.#showFrames,
    );
  }
}
