// @ts-check
/** What happened to a connection, in words: it is open, or how it ended, or why it was refused. */

import { isOpen } from "../feed/picture.js";
import { copy } from "../page/copy.js";
import { fact, write } from "../page/stamps.js";
import { age } from "../words/format.js";
import { show, visible } from "../words/visible.js";
import { endingWords } from "../words/words.js";
import { texts } from "./texts.js";

/** @typedef {import("./connection-detail.js").Seen} Seen */
/** @typedef {import("../types").Refusal} Refusal */

/** After so many microseconds it is said that nothing passes. */
const QUIET = 5e6;

export class Outcome {
  #slots;
  #refused = false;

  /** @param {Record<string, HTMLElement>} slots */
  constructor(slots) {
    this.#slots = slots;
  }

  /** @param {Seen} seen */
  update(seen) {
    const { row, told, refusal, now } = seen;
    const { words, quiet, meaning, clause, stale } = this.#slots;
    show(words, sentence(seen));
    const silence = row?.state === "open" ? now - row.quiet_since : 0;
    optional(quiet, silence > QUIET ? texts.states.quiet(age(silence)) : "");
    optional(meaning, told?.meaning ?? "");
    optional(clause, told?.clause ?? "");
    optional(stale, staleness(seen));
    if (refusal && !this.#refused) fillRefusal(this.#slots, refusal);
    this.#refused = refusal !== null;
  }
}

/** @param {Seen} seen */
function sentence({ row, told, refusal, state }) {
  if (refusal) return refusal.reason;
  if (told) return told.sentence;
  if (row?.ending) return texts.states.ended(endingWords(row.ending));
  if (!row) return texts.states.without[state];
  return row.state === "closing" ? texts.states.closing : texts.states.open;
}

/** Why what is said may no longer be so. @param {Seen} seen */
function staleness({ row, state, frozen }) {
  if (state === "earlier" && row) return texts.states.ofEarlier;
  return frozen && row && isOpen(row) ? texts.states.stale : "";
}

/** @param {HTMLElement} slot @param {string} text */
function optional(slot, text) {
  slot.hidden = text === "";
  show(slot, text);
}

/** @param {Record<string, HTMLElement>} slots @param {Refusal} refusal */
function fillRefusal(slots, refusal) {
  const { facts } = texts;
  slots.refusal.hidden = false;
  const list = slots["refusal-facts"];
  fact(list, facts.check, refusal.check);
  fact(list, facts.status, String(refusal.status), true);
  fact(list, facts.came, refusal.came ? visible(refusal.came) : facts.none, refusal.came !== "");
  fact(list, facts.expected, visible(refusal.expected), true);
  slots.remedy.hidden = !refusal.remedy;
  write(slots["remedy-line"], visible(refusal.remedy));
  slots["copy-remedy"].addEventListener("click", () => copy(slots["copy-remedy"], refusal.remedy));
}
