// @ts-check
/** What stands in the place of the lines where there are none to show. */

import { part, write } from "../page/stamps.js";
import { texts } from "./texts.js";

/**
 * @param {object} stream how many lines are shown and kept, whether somebody has cleared them
 * @param {number} stream.shown @param {number} stream.kept @param {boolean} stream.cleared
 * @param {import("../types").Stats | null} stream.stats null as long as the feed has not said
 */
export function drawBlank({ shown, kept, cleared, stats }) {
  const none = stats ? stats.opened + stats.refused === 0 : !part("empty").hidden;
  const nobody = none && kept === 0 && !cleared;
  part("empty").hidden = !nobody;
  part("stream-grid").hidden = nobody;
  const blank = !nobody && shown === 0;
  part("blank").hidden = !blank;
  if (!blank) return;
  write(part("blank-words"), kept ? texts.noMatch : cleared ? texts.cleared : texts.waiting);
  part("blank-step").hidden = kept === 0;
  write(part("blank-step"), texts.showAll);
}
