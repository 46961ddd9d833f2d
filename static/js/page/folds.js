// @ts-check
/** Sections that fold, each by its heading; what is folded stays folded, whatever is shown next. */

import { recall, remember } from "./remembered.js";

/** Let the sections in an element fold: those with data-fold, by the button with aria-controls in each. @param {HTMLElement} root */
export function mountFolds(root) {
  for (const section of root.querySelectorAll("[data-fold]")) {
    if (!(section instanceof HTMLElement)) continue;
    const name = `fold.${section.dataset.fold}`;
    if (recall(name) === "folded") fold(section, true);
    section.querySelector("button.fold")?.addEventListener("click", () => {
      const folded = !isFolded(section);
      fold(section, folded);
      remember(name, folded ? "folded" : "open");
    });
  }
}

/** Open a section for now, and bring it into view. @param {HTMLElement} section */
export function unfold(section) {
  fold(section, false);
  section.scrollIntoView({ block: "nearest" });
  const button = section.querySelector("button.fold");
  if (button instanceof HTMLElement) button.focus({ preventScroll: true });
}

/** @param {HTMLElement} section */
const isFolded = (section) => section.hasAttribute("data-folded");

/** @param {HTMLElement} section @param {boolean} folded */
function fold(section, folded) {
  section.toggleAttribute("data-folded", folded);
  section.querySelector("button.fold")?.setAttribute("aria-expanded", String(!folded));
}
