// @ts-check
/** The list of connections: open before ended, newest first; refused ones stand among the ended, marked. */

import { pathOf } from "../page/address.js";
import { drawNow, drawSoon } from "../page/redraw.js";
import { part, stamp, write } from "../page/stamps.js";
import { clock, lasted, shortId } from "../words/format.js";
import { show, visible } from "../words/visible.js";
import { clientName, endingWords } from "../words/words.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Row} Row */
/** How many new entries are drawn at once: where many come together, the others follow. */
const AT_ONCE = 12;

/** @typedef {import("../page/stamps.js").Stamped} Stamped */

export class Connections {
  /** @type {Map<string, Stamped>} */ #items = new Map();
  #picture;
  #choice;
  #isOwn;
  #redraw = () => this.#draw();
  /** How many entries were made in this drawing. */ #fresh = 0;

  /**
   * @param {import("../feed/picture.js").Picture} picture @param {import("../page/choice.js").Choice} choice
   * @param {(row: Row) => boolean} isOwn whether this page opened it
   */
  constructor(picture, choice, isOwn) {
    this.#picture = picture;
    this.#choice = choice;
    this.#isOwn = isOwn;
    choice.addEventListener("change", () => drawNow(this.#redraw));
    for (const id of ["open-connections", "ended-connections"]) {
      part(id).addEventListener("click", (event) => {
        // To open it elsewhere is the browser's.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const item = event.target instanceof Element ? event.target.closest(".connection") : null;
        if (!(item instanceof HTMLElement) || !item.dataset.connection) return;
        event.preventDefault();
        choice.chooseConnection(item.dataset.connection);
      });
    }
  }

  /** Draw what has changed. */
  changed() {
    drawSoon(this.#redraw);
  }

  #draw() {
    const { rows, stats, omitted, frozen } = this.#picture;
    if (!stats) return;
    const { open, ended } = this.#picture.sorted();
    for (const [id, item] of this.#items) {
      if (rows.has(id)) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    this.#fresh = 0;
    this.#place(part("open-connections"), open);
    this.#place(part("ended-connections"), ended);
    part("open-title").hidden = open.length === 0;
    part("ended-title").hidden = ended.length === 0;
    part("connections-none").hidden = rows.size > 0;
    part("connections-more").hidden = omitted === 0;
    write(part("connections-more"), texts.more(omitted));
    const { asOf, head } = texts;
    write(
      part("connections-count"),
      frozen ? asOf(clock(stats.time).slice(0, 8)) : head(stats.open, stats.refused),
    );
  }

  /** @param {HTMLElement} list @param {Row[]} rows */
  #place(list, rows) {
    let next = list.firstElementChild;
    for (const row of rows) {
      let item = this.#items.get(row.id);
      if (!item) {
        if (this.#fresh === AT_ONCE) {
          drawSoon(this.#redraw);
          return;
        }
        this.#fresh += 1;
        item = make(row);
        this.#items.set(row.id, item);
      }
      this.#fill(item, row);
      if (item.element === next) next = next.nextElementSibling;
      else moveBefore(list, item.element, next);
    }
    while (next) {
      const rest = next.nextElementSibling;
      next.remove();
      next = rest;
    }
  }

  /** @param {Stamped} item @param {Row} row */
  #fill({ element, slots }, row) {
    element.dataset.state = row.state;
    if (row.id === this.#choice.connection) slots.link.setAttribute("aria-current", "page");
    else slots.link.removeAttribute("aria-current");
    show(slots.client, row.target ? clientName(row.user_agent) : texts.unread);
    slots.own.hidden = !this.#isOwn(row);
    write(slots.age, since(row, this.#picture.now));
    show(slots.peer, row.peer);
    optional(slots.subprotocol, row.subprotocol);
    slots.extension.hidden = row.extension === null;
    slots.extension.title = visible(row.extension ?? "");
    slots.traffic.hidden = row.state === "refused";
    write(slots.in, texts.in(row.messages_in, row.bytes_in));
    write(slots.out, texts.out(row.messages_out, row.bytes_out));
    const trip = row.round_trip;
    optional(slots["round-trip"], trip === null ? null : texts.roundTrip(trip));
    optional(slots.origin, row.origin);
    optional(slots.how, how(row));
  }
}

/** When a refusal was, and how long anything else has lasted. @param {Row} row @param {number} now */
function since(row, now) {
  if (row.state === "refused") return clock(row.opened).slice(0, 8);
  return lasted(row, now);
}

/** How it ended, where it has or is about to. @param {Row} row */
function how(row) {
  if (row.refusal) return texts.refused(row.refusal.status, row.refusal.reason);
  if (row.ending) return endingWords(row.ending);
  return row.state === "closing" ? texts.closing : null;
}

/** @param {HTMLElement} slot @param {string | null} text */
function optional(slot, text) {
  slot.hidden = !text;
  show(slot, text ?? "");
}

/** Move an element and keep the focus that may be in it. @param {HTMLElement} list @param {HTMLElement} element @param {Element | null} next */
function moveBefore(list, element, next) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(element, next);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

/** An entry of the list, with what never changes of it. @param {Row} row @returns {Stamped} */
function make(row) {
  const { element, slots } = stamp("connection");
  element.dataset.connection = row.id;
  const link = /** @type {HTMLAnchorElement} */ (slots.link);
  link.href = pathOf(row.id);
  link.title = row.id;
  write(slots.id, shortId(row.id));
  return { element, slots };
}
