// @ts-check
/** The inspector: shows the frame or the connection that is chosen, and goes away when nothing is. */

import { ConnectionDetail } from "../connection/connection-detail.js";
import { isOpen } from "../feed/picture.js";
import { frameDetail } from "../frame/frame-detail.js";
import { part, write } from "../page/stamps.js";
import { shortId } from "../words/format.js";
import { texts as wordsTexts } from "../words/texts.js";
import { opcodeName } from "../words/words.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").FrameEvent} FrameEvent */

const WIDE = 640;

export class Inspector {
  #choice;
  #picture;
  #particulars;
  #story;
  #lineOf;
  #showFrames;
  #cover;
  /** The frame that is drawn, by its cursor: it is not drawn again under somebody's eyes. */
  #drawn = "";
  /** The connection that is shown, or was when somebody opened a frame of it. @type {ConnectionDetail | null} */
  #detail = null;
  /** Where in it somebody was. */
  #scrolled = 0;
  /** Whether somebody has opened a frame from here, and so comes back to it. */
  #returns = false;
  /** @type {Element | null} */ #from = null;

  /**
   * @param {object} page
   * @param {import("../page/choice.js").Choice} page.choice
   * @param {import("../feed/picture.js").Picture} page.picture
   * @param {import("../feed/particulars.js").Particulars} page.particulars
   * @param {import("../feed/story.js").Story} page.story
   * @param {(frame: FrameEvent) => import("../stream/lines.js").Line} page.lineOf the line of the stream that a frame has, or one made for it
   * @param {(id: string) => void} page.showFrames leave the inspector for the stream of a connection
   * @param {(shown: boolean) => boolean} page.cover tell the panes, and learn whether some are covered now
   */
  constructor({ choice, picture, particulars, story, lineOf, showFrames, cover }) {
    this.#cover = cover;
    this.#choice = choice;
    this.#picture = picture;
    this.#particulars = particulars;
    this.#story = story;
    this.#lineOf = lineOf;
    this.#showFrames = showFrames;
    choice.addEventListener("change", () => this.changed());
    for (const source of [particulars, story])
      source.addEventListener("change", () => this.changed());
    part("inspector-close").addEventListener("click", () => choice.hide());
    part("inspector-back").addEventListener("click", () => this.#toConnection());
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
    const event = inspected === "line" ? line?.event : null;
    const frame = event?.kind === "frame" ? event : null;
    const id = inspected === "connection" ? connection : frame ? null : (event?.connection ?? null);
    if (this.#detail && this.#detail.id !== (id ?? connection)) this.#leave();
    if (!frame && id === null) {
      if (!pane.hidden) this.#hide();
      return;
    }
    const opens = pane.hidden;
    if (opens) this.#from = document.activeElement;
    pane.hidden = false;
    if (frame) this.#showFrame(frame);
    else if (id !== null) this.#showConnection(id);
    // What lies below cannot be used, and so has no focus either.
    if (this.#cover(true) && opens) pane.focus();
    const above = inspected === "line" ? (connection ?? frame?.connection ?? null) : null;
    part("inspector-back").hidden = above === null;
    if (above !== null) write(part("inspector-back-words"), texts.back(shortId(above)));
  }

  #hide() {
    const pane = part("inspector");
    const inside = pane.contains(document.activeElement);
    pane.hidden = true;
    this.#cover(false);
    this.#drawn = "";
    if (inside && this.#from instanceof HTMLElement) this.#from.focus();
  }

  /** @param {FrameEvent} frame */
  #showFrame(frame) {
    if (frame.cursor === this.#drawn) return;
    this.#drawn = frame.cursor;
    part("inspector").dataset.inspects = "line";
    const way = document.createElement("span");
    way.className = frame.direction;
    way.textContent = wordsTexts.frame.direction[frame.direction];
    part("inspector-title").replaceChildren(
      way,
      ` ${texts.frame(opcodeName(frame.opcode), frame.heartbeat)}`,
    );
    const pane = part("inspected");
    if (this.#detail?.element.isConnected) this.#scrolled = pane.scrollTop;
    pane.replaceChildren(frameDetail(frame, pane.clientWidth >= WIDE ? 16 : 8));
    pane.scrollTop = 0;
  }

  /** @param {string} id */
  #showConnection(id) {
    this.#drawn = "";
    const earlier = this.#picture.isEarlier(id);
    this.#particulars.watch(id, earlier);
    if (!this.#detail) {
      this.#detail = new ConnectionDetail(id, this.#story, {
        showFrames: () => this.#showFrames(id),
        openFrame: (frame) => this.#openFrame(frame),
      });
      this.#scrolled = 0;
    }
    const { element } = this.#detail;
    const seen = this.#see(id);
    this.#detail.update(seen);
    const title = seen.refusal ? texts.refused : texts.connection;
    write(part("inspector-title"), title(shortId(id)));
    if (element.isConnected) return;
    part("inspector").dataset.inspects = "connection";
    part("inspected").replaceChildren(element);
    part("inspected").scrollTop = this.#scrolled;
    if (this.#returns) this.#detail.focus();
    this.#returns = false;
  }

  /** Open a frame, and have its connection to come back to. @param {FrameEvent} frame */
  #openFrame(frame) {
    const { connection } = this.#choice;
    if (connection !== frame.connection) this.#choice.chooseConnection(frame.connection);
    this.#choice.chooseLine(this.#lineOf(frame), true);
    this.#returns = true;
    part("inspector").focus();
  }

  /** From a line to its connection, whether or not that was chosen before. */
  #toConnection() {
    const { connection, line } = this.#choice;
    if (connection === null && line?.event) this.#choice.inspect(line.event.connection);
    else this.#choice.back();
  }

  /** Another connection is looked at, or none. */
  #leave() {
    this.#detail = null;
    this.#particulars.watch(null);
  }

  /** What is known of a connection, wherever it was learnt from. @param {string} id @returns {import("../connection/connection-detail.js").Seen} */
  #see(id) {
    const { rows, handshakes, stats, now, frozen } = this.#picture;
    const { detail, state } = this.#particulars;
    const listed = rows.get(id);
    const last = detail?.connection;
    // What was open when the server ended is no longer.
    const row = listed ?? (state === "earlier" && last && isOpen(last) ? undefined : last);
    const began = detail?.began ?? handshakes.get(id);
    // An end is told by the server alone, and so is what the feed does not list.
    const ended = row?.ending && detail && !detail.connection.ending;
    if (ended || (!listed && row && isOpen(row))) this.#particulars.renew();
    return {
      row,
      began,
      detail,
      told: detail?.ending ?? null,
      refusal: row?.refusal ?? (began?.kind === "refused" ? began.refusal : null),
      state,
      chosen: this.#choice.connection === id,
      open: stats?.open ?? 0,
      frozen,
      now,
    };
  }
}
