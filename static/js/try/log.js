// @ts-check
/** The log of "Try it": the newest exchanges of this page's own connection, beside what the server saw. */

import { part, stamp, write } from "../page/stamps.js";
import { duration, size } from "../words/format.js";
import { texts as wordsTexts } from "../words/texts.js";
import { show, visible } from "../words/visible.js";
import { opcodeName } from "../words/words.js";
import { texts } from "./texts.js";

/** @typedef {import("./exchanges.js").Exchange} Exchange */
/** @typedef {import("./exchanges.js").Message} Message */
/** @typedef {import("../page/stamps.js").Stamped} Stamped */
/** @typedef {import("./witness.js").Seen} Seen */
/** @typedef {import("./witness.js").Sight} Sight */
/**
 * What happened to the connection, in words of the page.
 * @typedef {object} Happened
 * @property {string} words @property {boolean} ends whether it is its end, or that it did not begin
 * @property {boolean} wrong @property {string | null} id of the connection, once the server told of it
 * @property {string} told what it said
 */
/** @typedef {Exchange | Happened} Entry */

const LOGGED = 200;
const NEAR = 12;
/** Milliseconds that nobody notices; of longer ones so many times as much is left to others. */
const NOTICEABLE = 4;
const SHARE = 9;

export class TryLog {
  #log = part("try-log");
  /** The newest, oldest first. @type {Set<Entry>} */ #entries = new Set();
  /** @type {Map<Entry, { element: HTMLElement, lines: Stamped[] }>} */ #drawn = new Map();
  /** @type {Set<Entry>} */ #changed = new Set();
  /** What is opened by pressing it. @type {WeakMap<Element, () => void>} */ #opens = new WeakMap();
  #earlier = 0;
  /** Whether the end is in view, and stays there. */
  #following = true;
  #top = 0;
  #due = 0;
  /** How long it took to draw the last time, in milliseconds. */
  #took = 0;
  #open;

  /** @param {{ frame: (frame: import("../types").FrameEvent) => void, connection: (id: string) => void }} open */
  constructor(open) {
    this.#open = open;
    this.#log.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (!button) return;
      this.#settle(button);
      this.#opens.get(button)?.();
    });
    this.#log.addEventListener("keydown", (event) => this.#key(event));
    this.#log.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.#log;
      const atEnd = scrollTop + clientHeight >= scrollHeight - NEAR;
      // The end may also have moved away: only who goes up leaves it.
      if (atEnd || scrollTop < this.#top) this.#following = atEnd;
      this.#top = scrollTop;
    });
    new ResizeObserver(() => this.#follow()).observe(this.#log);
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#entries.add(entry);
    for (const oldest of this.#entries) {
      if (this.#entries.size <= LOGGED) break;
      this.#entries.delete(oldest);
      this.#changed.delete(oldest);
      if (!("words" in oldest)) this.#earlier += 1;
    }
    this.change(entry);
  }

  /** An entry says something else now. @param {Entry} entry */
  change(entry) {
    if (!this.#entries.has(entry)) return;
    this.#changed.add(entry);
    // However many come, drawing them leaves most of the time to the rest of the page.
    this.#due ||= window.setTimeout(
      () => requestAnimationFrame(() => this.#draw()),
      this.#took > NOTICEABLE ? this.#took * SHARE : 0,
    );
  }

  #draw() {
    this.#due = 0;
    const from = performance.now();
    const log = this.#log;
    for (const [entry, { element }] of this.#drawn) {
      if (this.#entries.has(entry)) continue;
      if (element.contains(document.activeElement)) log.focus();
      element.remove();
      this.#drawn.delete(entry);
    }
    for (const entry of this.#changed) {
      if ("words" in entry) this.#fillHappened(entry);
      else this.#fillExchange(entry);
    }
    this.#changed.clear();
    part("try-hint").hidden = true;
    part("try-log-head").hidden = false;
    write(part("try-earlier"), this.#earlier ? texts.earlier(this.#earlier) : "");
    if (!log.querySelector("button[tabindex='0']")) this.#settle(this.#buttons.at(-1));
    this.#follow();
    this.#took = performance.now() - from;
  }

  #follow() {
    if (this.#following) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {Happened} entry */
  #fillHappened(entry) {
    const { element, slots } = this.#line(entry, 0, "happened");
    element.toggleAttribute("data-wrong", entry.wrong);
    show(slots.text, entry.words);
    show(slots.saw, entry.told);
    const { id } = entry;
    slots.saw.hidden = id === null;
    if (id === null) return;
    slots.saw.title = `${visible(entry.told)}\n${texts.openConnection}`;
    this.#opens.set(slots.saw, () => this.#open.connection(id));
  }

  /** @param {Exchange} exchange */
  #fillExchange(exchange) {
    const { sent, back, trip, over, sawSent, sawBack } = exchange;
    if (sent) {
      const line = this.#line(exchange, 0, "said");
      this.#fillSaid(line, "sent", sent);
      this.#fillSight(line, sawSent, "in");
    }
    const line = this.#line(exchange, sent ? 1 : 0, "said");
    if (back) this.#fillSaid(line, sent ? "received" : "unasked", back);
    else {
      line.element.dataset.way = over ? "nothing" : "waiting";
      write(line.slots.way, texts.way[over ? "nothing" : "waiting"]);
    }
    write(line.slots.trip, trip === null ? "" : duration(trip));
    if (!back) return;
    const since = sent && isSeen(sawSent) ? sawSent.ended : null;
    this.#fillSight(line, sawBack, "out", since);
  }

  /** @param {Stamped} line @param {"sent" | "received" | "unasked"} way @param {Message} message */
  #fillSaid({ element, slots }, way, message) {
    const { kind, beginning, cut, name } = message;
    element.dataset.way = way;
    write(slots.way, texts.way[way]);
    write(slots.kind, kind);
    show(slots.name, name && `${name}: `);
    const empty = message.size === 0;
    element.toggleAttribute("data-empty", empty);
    show(slots.text, empty ? wordsTexts.frame.empty : beginning + (cut ? "…" : ""));
    write(slots.size, size(message.size));
  }

  /** @param {Stamped} line @param {Sight} sight @param {"in" | "out"} way @param {number | null} since when the frame that it answers was recorded */
  #fillSight({ slots }, sight, way, since = null) {
    slots.unknown.hidden = sight !== "unknown" && sight !== "never";
    slots.saw.hidden = !isSeen(sight);
    if (sight === "unknown" || sight === "never") slots.unknown.title = texts.sight[sight];
    if (!isSeen(sight)) return;
    const { frame, frames, wire, compressed, note } = sight;
    const took = since === null || frame.time < since ? null : frame.time - since;
    write(slots.direction, wordsTexts.frame.direction[way]);
    slots.direction.className = way;
    write(slots.opcode, opcodeName(frame.opcode));
    write(slots.wire, size(wire));
    const marks = [
      ...(note ? [texts.violation] : []),
      ...(took === null ? [] : [took ? `+${duration(took)}` : texts.sameTurn]),
      ...(frames > 1 ? [texts.frames(frames)] : []),
      ...(compressed && !note ? [texts.compressed] : []),
    ];
    write(slots.marks, marks.join(", "));
    slots.saw.toggleAttribute("data-wrong", note !== "");
    slots.saw.title = texts.openFrame(sight, took);
    // Where there is little room, some of this is not shown.
    slots.saw.setAttribute("aria-label", slots.saw.textContent?.trim() ?? "");
    this.#opens.set(slots.saw, () => this.#open.frame(frame));
  }

  /** The line of an entry, made if need be. @param {Entry} entry @param {number} index @param {"said" | "happened"} kind */
  #line(entry, index, kind) {
    let drawn = this.#drawn.get(entry);
    if (!drawn) {
      drawn = { element: stamp("exchange").element, lines: [] };
      this.#drawn.set(entry, drawn);
      this.#log.append(drawn.element);
    }
    let line = drawn.lines[index];
    if (!line) {
      line = stamp(kind);
      drawn.lines[index] = line;
      drawn.element.append(line.element);
    }
    return line;
  }

  get #buttons() {
    return [...this.#log.querySelectorAll("button")].filter((button) => !button.hidden);
  }

  /** Of all that can be pressed here, Tab leads to one; the arrows to the others. @param {Element | undefined} button */
  #settle(button) {
    if (!button) return;
    for (const other of this.#log.querySelectorAll("button[tabindex='0']"))
      other.setAttribute("tabindex", "-1");
    button.setAttribute("tabindex", "0");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const buttons = this.#buttons;
    const at = event.target instanceof HTMLButtonElement ? buttons.indexOf(event.target) : -1;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#settle(buttons[to]);
    buttons[to]?.focus();
  }
}

/** @param {Sight} sight @returns {sight is Seen} */
const isSeen = (sight) => sight !== null && typeof sight === "object";
