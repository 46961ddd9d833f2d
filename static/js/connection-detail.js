// @ts-check
/** One connection or refusal: what it is, how it shook hands, how it ended. */

import { copy } from "./copy.js";
import { count, duration, lasted, size, timestamp } from "./format.js";
import { fact, stamp } from "./stamps.js";
import { texts } from "./texts.js";
import { show, visible } from "./visible.js";
import { endingWords } from "./words.js";

/** @typedef {import("./types").Row} Row */
/** @typedef {import("./picture.js").Handshake} Handshake */
/** @typedef {import("./types").Head} Head */

// RFC 6455 §4.2.2: what the answer settles.
const NEGOTIATED = new Set(["sec-websocket-protocol", "sec-websocket-extensions"]);

/**
 * @param {Row | undefined} row @param {Handshake | undefined} handshake
 * @param {string} without what to say where there is no handshake
 * @param {boolean} earlier whether it was of an earlier run of the server
 * @param {number} now the server's time @param {() => void} showFrames
 * @returns {HTMLElement}
 */
export function connectionDetail(row, handshake, without, earlier, now, showFrames) {
  const { element, slots } = stamp("connection-detail");
  const refusal = row?.refusal ?? (handshake?.kind === "refused" ? handshake.refusal : null);
  slots.show.addEventListener("click", showFrames);
  if (refusal) element.dataset.state = "refused";
  if (row) {
    element.dataset.state = row.state;
    show(slots.words, stateWords(row));
    fillFacts(slots.facts, row, now);
  } else
    show(
      slots.words,
      earlier ? texts.inspector.earlier : (refusal?.reason ?? texts.inspector.gone),
    );
  if (refusal) fillRefusal(slots, refusal);
  if (handshake) {
    const { request } = handshake;
    if (handshake.kind === "opened") {
      slots.handshake.append(
        head(texts.inspector.sent, request, false),
        head(texts.inspector.answered, handshake.response, true),
      );
    } else if (request.line) slots.handshake.append(head(texts.inspector.asSent, request, false));
    else slots.handshake.textContent = texts.inspector.unread;
  } else slots.handshake.textContent = without;
  return element;
}

/** @param {Row} row */
function stateWords({ state, refusal, ending }) {
  if (refusal) return refusal.reason;
  if (ending) return texts.states.ended(endingWords(ending));
  return state === "closing" ? texts.states.closing : texts.states.open;
}

/** @param {HTMLElement} list @param {Row} row @param {number} now */
function fillFacts(list, row, now) {
  const { facts } = texts;
  fact(list, facts.id, row.id, true);
  fact(list, facts.peer, visible(row.peer), true);
  // Without a target it could not be read, and nobody knows what was sent.
  if (row.target) {
    fact(list, facts.target, visible(row.target), true);
    fact(
      list,
      facts.client,
      row.user_agent ? visible(row.user_agent) : facts.noneSent,
      row.user_agent !== null,
    );
    fact(
      list,
      facts.origin,
      row.origin ? visible(row.origin) : facts.noneSent,
      row.origin !== null,
    );
  }
  fact(list, row.refusal ? facts.refused : facts.opened, timestamp(row.opened), true);
  if (row.refusal) return;
  fact(
    list,
    facts.subprotocol,
    row.subprotocol ? visible(row.subprotocol) : facts.none,
    row.subprotocol !== null,
  );
  fact(
    list,
    facts.extension,
    row.extension ? visible(row.extension) : facts.none,
    row.extension !== null,
  );
  fact(list, row.closed === null ? facts.openFor : facts.lasted, lasted(row, now));
  fact(list, facts.messages, facts.inAndOut(count(row.messages_in), count(row.messages_out)));
  fact(list, facts.bytes, facts.inAndOut(size(row.bytes_in), size(row.bytes_out)));
  fact(list, facts.heartbeats, count(row.heartbeats));
  if (row.round_trip !== null) fact(list, facts.roundTrip, duration(row.round_trip));
}

/** @param {Record<string, HTMLElement>} slots @param {import("./types").Refusal} refusal */
function fillRefusal(slots, refusal) {
  const { facts } = texts;
  slots.refusal.hidden = false;
  slots.title.textContent = texts.inspector.request;
  fact(slots["refusal-facts"], facts.check, refusal.check);
  fact(slots["refusal-facts"], facts.status, String(refusal.status), true);
  fact(
    slots["refusal-facts"],
    facts.came,
    refusal.came ? visible(refusal.came) : facts.none,
    refusal.came !== "",
  );
  fact(slots["refusal-facts"], facts.expected, visible(refusal.expected), true);
  slots.remedy.hidden = !refusal.remedy;
  slots["remedy-line"].textContent = visible(refusal.remedy);
  slots["copy-remedy"].addEventListener("click", () => copy(slots["copy-remedy"], refusal.remedy));
}

/** @param {string} title @param {Head} message @param {boolean} settles whether it says what was negotiated */
function head(title, message, settles) {
  const { element, slots } = stamp("head");
  slots.title.textContent = title;
  show(slots.start, message.line);
  for (const [name, value] of message.headers) {
    const field = stamp("field");
    show(field.slots.name, name);
    if (settles && NEGOTIATED.has(name.toLowerCase())) {
      field.element.setAttribute("data-negotiated", "");
      field.slots.name.append(negotiated());
    }
    show(field.slots.value, value);
    slots.rows.append(field.element);
  }
  return element;
}

function negotiated() {
  const mark = document.createElement("span");
  mark.className = "negotiated";
  mark.textContent = texts.inspector.negotiated;
  return mark;
}
