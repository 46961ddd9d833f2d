// @ts-check
/** What the stream lets through: a text or regular expression, control frames or not, one connection or all. */

import { search } from "./search.js";
import { part, write } from "./stamps.js";
import { texts } from "./texts.js";
import { clientName, flags, isControl, mark, opcodeName, preview } from "./words.js";

/** @typedef {import("./types").Line} Line */
/** @typedef {{ query: string, control: boolean, connection: string | null }} Wanted */

/** The preview of a line, made once. @param {Line} line */
export function previewOf(line) {
  line.preview ??= line.event
    ? preview(line.event)
    : line.gap
      ? texts.gap[line.gap](line.size)
      : "";
  return line.preview;
}

/**
 * Make the predicate of what is wanted; null where the regular expression is none.
 * @param {Wanted} wanted @param {() => void} slow called when the expression takes too long, and lets everything through
 * @returns {((line: Line) => boolean) | null}
 */
export function predicate({ query, control, connection }, slow) {
  const matches = search(query.trim(), slow);
  if (!matches) return null;
  return (line) => {
    const { event } = line;
    if (!event) return true;
    if (connection !== null && event.connection !== connection) return false;
    if (!control && event.kind === "frame" && isControl(event.opcode)) return false;
    // A mark is searched by itself: an expression may ask for the end of what was sent.
    const special = event.kind === "frame" ? mark(event) : "";
    return matches(searched(line)) || (special !== "" && matches(special));
  };
}

/** Say beside the field what is wrong with the filter. @param {string | null} sentence */
export function explain(sentence) {
  part("filter").setAttribute("aria-invalid", String(sentence !== null));
  part("filter-problem").hidden = sentence === null;
  write(part("filter-problem"), sentence ?? "");
}

/** What of a line one can search for: its words, as they stand there. @param {Line} line */
function searched(line) {
  const { event } = line;
  if (!event) return "";
  if (event.kind === "frame") {
    return joined(opcodeName(event.opcode), ...flags(event), previewOf(line), event.note);
  }
  const headers = event.kind === "opened" || event.kind === "refused" ? event.request.headers : [];
  const agent = headers.find(([name]) => name.toLowerCase() === "user-agent");
  return joined(
    texts.stream.kinds[event.kind],
    previewOf(line),
    agent ? clientName(agent[1]) : null,
  );
}

/** Words with a space between them, and none at the end, where an expression may ask for it. @param {(string | null)[]} words */
const joined = (...words) => words.filter(Boolean).join(" ");
