// @ts-check
/** Which field is at fault where none shows it by itself, from what was noted about the frame. */

import { texts } from "./texts.js";

/** By how a note begins: the field, and the name of what there is to say. */
const FAULTS = /** @type {const} */ ([
  ["continuation of no message", "opcode", "continuation"],
  ["new message before", "opcode", "interrupted"],
  ["text is not UTF-8", "payload", "utf8"],
  ["message cannot be inflated", "payload", "inflate"],
  ["close frame with half", "payload", "half"],
  ["close code", "payload", "code"],
  ["close reason", "payload", "reason"],
]);
const TOO_LARGE = /^message of \d+ bytes or more/;
/** That a frame was cut short is told by the parts that had not come. */
const CUT_SHORT = / within this frame$/;

/**
 * Put the blame where it belongs.
 * @param {import("./anatomy.js").Field[]} fields @param {import("../types").FrameEvent} frame @param {string} note
 */
export function blame(fields, frame, note) {
  if (CUT_SHORT.test(note)) return;
  const { faults } = texts.anatomy;
  const put = (
    /** @type {string} */ key,
    /** @type {readonly string[]} */ telling,
    /** @type {import("./anatomy.js").Verdict} */ verdict,
  ) => {
    const field = fields.find((field) => field.key === key);
    if (field) Object.assign(field, { telling, verdict });
  };
  const fault = FAULTS.find(([start]) => note.startsWith(start));
  if (fault) put(fault[1], faults[fault[2]], "wrong");
  else if (!TOO_LARGE.test(note)) put("payload", [note, ""], "wrong");
  // What is compressed is too large once it is inflated, the rest by what its header announces.
  else if (frame.compressed) put("payload", faults.inflatedLarge, "limit");
  else put(frame.length_bits > 7 ? "extended" : "length", faults.large, "limit");
}
