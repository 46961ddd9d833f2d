// @ts-check
/** The opening handshake of a connection, as sent and as answered, header by header (RFC 6455 §4). */

import { recall, remember } from "../page/remembered.js";
import { stamp } from "../page/stamps.js";
import { show } from "../words/visible.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Head} Head */

// RFC 6455 §4.2.2: what the answer settles.
const NEGOTIATED = new Set(["sec-websocket-protocol", "sec-websocket-extensions"]);
const EXPLAINED = "handshake.explained";

export class Handshake {
  #place;
  /** What stands there: it is drawn once, for somebody may be selecting it. @type {unknown} */ #shown =
    "";

  /** @param {HTMLElement} place @param {HTMLElement} explain what explains the headers, or hides what it has explained */
  constructor(place, explain) {
    this.#place = place;
    let explained = recall(EXPLAINED) === "yes";
    const set = () => {
      place.toggleAttribute("data-explained", explained);
      explain.setAttribute("aria-pressed", String(explained));
    };
    explain.addEventListener("click", () => {
      explained = !explained;
      remember(EXPLAINED, explained ? "yes" : "no");
      set();
    });
    set();
  }

  /** @param {import("../types").Began | undefined} began @param {string} without what to say where it is not known */
  update(began, without) {
    const shown = began ? began.connection : without;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#place.replaceChildren(...(began ? heads(began) : [without]));
  }
}

/** @param {import("../types").Began} began */
function heads(began) {
  const { request } = began;
  if (began.kind === "opened")
    return [
      head(texts.handshake.sent, request, texts.headers.asked, false),
      head(texts.handshake.answered, began.response, texts.headers.answered, true),
    ];
  return [
    request.line
      ? head(texts.handshake.asSent, request, texts.headers.asked, false)
      : texts.handshake.unread,
  ];
}

/**
 * @param {string} title @param {Head} message
 * @param {Record<string, [string, string]>} meanings of headers: a sentence and its clause
 * @param {boolean} settles whether it says what was negotiated
 */
function head(title, message, meanings, settles) {
  const { element, slots } = stamp("head");
  slots.title.textContent = title;
  show(slots.start, message.line);
  for (const [name, value] of message.headers) {
    const field = stamp("header");
    show(field.slots.name, name);
    if (settles && NEGOTIATED.has(name.toLowerCase())) {
      field.element.setAttribute("data-negotiated", "");
      field.slots.name.append(negotiated());
    }
    show(field.slots.value, value);
    slots.rows.append(field.element);
    const key = name.toLowerCase();
    if (Object.hasOwn(meanings, key)) slots.rows.append(meaning(meanings[key]));
  }
  return element;
}

/** @param {[string, string]} told */
function meaning([sentence, clause]) {
  const { element, slots } = stamp("header-meaning");
  slots.sentence.textContent = sentence;
  slots.clause.textContent = clause;
  return element;
}

function negotiated() {
  const mark = document.createElement("span");
  mark.className = "negotiated";
  mark.textContent = texts.handshake.negotiated;
  return mark;
}
