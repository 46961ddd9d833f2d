// @ts-check
/** The fields of a frame explained, one by one: value, sentence, clause. */

import { stamp } from "../page/stamps.js";
import { show } from "../words/visible.js";
import { rove } from "./pointing.js";
import { texts } from "./texts.js";

/** @param {HTMLElement} list @param {import("./anatomy.js").Field[]} fields */
export function explain(list, fields) {
  for (const { key, name, value, telling, verdict } of fields) {
    const { element, slots } = stamp("explained");
    const [sentence, clause] = telling;
    element.dataset.field = key;
    slots.meaning.id = `explained-${key}`;
    slots.name.textContent = name;
    slots.value.textContent = value;
    show(slots.sentence, sentence);
    slots.clause.textContent = clause;
    slots.verdict.hidden = !verdict;
    if (verdict) {
      element.dataset.verdict = verdict;
      slots.verdict.textContent = texts.anatomy.verdicts[verdict];
    }
    list.append(element);
  }
  rove(list);
}
