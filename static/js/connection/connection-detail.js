// @ts-check
/** One connection or refusal, in parts that update themselves: what nobody has changed is not touched. */

import { isOpen } from "../feed/picture.js";
import { pathOf } from "../page/address.js";
import { announce } from "../page/announce.js";
import { copy } from "../page/copy.js";
import { mountFolds, unfold } from "../page/folds.js";
import { stamp, write } from "../page/stamps.js";
import { Diagram } from "./diagram.js";
import { Facts } from "./facts.js";
import { Handshake } from "./handshake.js";
import { Outcome } from "./outcome.js";
import { Push } from "./push.js";
import { RoundTrips } from "./round-trips.js";
import { texts } from "./texts.js";

/**
 * What is known of a connection at this moment.
 * @typedef {object} Seen
 * @property {import("../types").Row | undefined} row
 * @property {import("../types").Began | undefined} began
 * @property {import("../types").Detail | null} detail as the server was asked for it
 * @property {import("../types").Told | null} told how it ended
 * @property {import("../types").Refusal | null} refusal
 * @property {import("../feed/particulars.js").State} state what came of asking the server about it
 * @property {boolean} chosen whether the page is narrowed to it
 * @property {number} open how many connections are
 * @property {boolean} frozen whether nobody says what has changed since
 * @property {number} now the server's time
 */

export class ConnectionDetail {
  id;
  element;
  #story;
  #slots;
  #outcome;
  #push;
  #diagram;
  #trips;
  #facts;
  #handshake;
  /** Whether it was open when somebody looked. */
  #lived = false;

  /**
   * @param {string} id @param {import("../feed/story.js").Story} story
   * @param {{ showFrames: () => void, openFrame: (frame: import("../types").FrameEvent) => void }} actions
   */
  constructor(id, story, { showFrames, openFrame }) {
    this.id = id;
    this.#story = story;
    const { element, slots } = stamp("connection-detail");
    this.element = element;
    this.#slots = slots;
    const here = location.origin + pathOf(id);
    this.#outcome = new Outcome(slots);
    this.#diagram = new Diagram(slots, `${here}/diagram.mmd`, ({ frame }) => {
      if (frame) openFrame(frame);
      else unfold(slots["handshake-part"]);
    });
    this.#push = new Push(slots, id);
    this.#trips = new RoundTrips(slots);
    this.#facts = new Facts(slots.facts);
    this.#handshake = new Handshake(slots.handshake, slots["handshake-explain"]);
    mountFolds(element);
    slots.show.addEventListener("click", showFrames);
    slots["copy-link"].addEventListener("click", () => copy(slots["copy-link"], here));
  }

  /** @param {Seen} seen */
  update(seen) {
    const { row, began, told, refusal, state } = seen;
    this.element.dataset.state = refusal ? "refused" : (row?.state ?? "unknown");
    this.element.toggleAttribute("data-chosen", seen.chosen);
    this.#outcome.update(seen);
    write(this.#slots["title-facts"], refusal ? texts.titles.request : texts.titles.facts);
    this.#drawStory(seen);
    this.#updatePush(seen);
    // What the server no longer has cannot be had from it.
    const gone = state === "earlier" || state === "unknown";
    for (const name of ["copy-link", "diagram-copy", "diagram-link"])
      this.#slots[name].hidden = gone;
    this.#slots["trips-part"].hidden = !row || refusal !== null;
    if (row) this.#trips.update(row, seen.detail);
    if (row) this.#facts.update(row, seen.now);
    this.#slots["facts-part"].hidden = !this.#slots.facts.childElementCount;
    this.#handshake.update(began, texts.handshake.states[state]);
    this.#tellEnd(told?.sentence);
  }

  /** Somebody comes back from a frame that was opened here. */
  focus() {
    this.#diagram.focus();
  }

  /** Something has happened on the connection. @param {Seen} seen */
  #drawStory({ row, began, state, now }) {
    const story = this.#story;
    this.#slots["diagram-part"].hidden = !began && story.newest.length === 0;
    this.#diagram.update({ story, row, began, earlier: state === "earlier", now });
  }

  /** What had ended before anybody looked has nothing to push to. @param {Seen} seen */
  #updatePush({ row, open }) {
    if (row && isOpen(row)) {
      this.#slots["push-part"].hidden = false;
      // There is room for what is still to come, so that nothing has to move for it.
      this.element.setAttribute("data-lives", "");
    }
    this.#slots["trips-ping"].hidden = this.#slots["push-part"].hidden;
    this.#push.update(row, open);
  }

  /** Those who hear the page are told of an end that comes while they are here. @param {string | undefined} sentence */
  #tellEnd(sentence) {
    if (sentence === undefined) this.#lived = this.#lived || this.element.dataset.state === "open";
    else if (this.#lived) {
      this.#lived = false;
      announce(sentence);
    }
  }
}
