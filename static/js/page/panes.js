// @ts-check
/** The panes: borders that can be dragged and are remembered, the fold, the tabs of a narrow page. */

import { recall, remember } from "./remembered.js";
import { part } from "./stamps.js";

const NARROW = window.matchMedia("(max-width: 759px)");
/** Where the inspector slides over other panes. */
const OVER = window.matchMedia("(max-width: 1119px)");
const ACROSS = /** @type {const} */ ({ place: "clientX", more: "ArrowRight", less: "ArrowLeft" });
const UP = /** @type {const} */ ({ place: "clientY", more: "ArrowDown", less: "ArrowUp" });
const BORDERS = /** @type {const} */ ({
  connections: {
    property: "--connections-width",
    usual: 300,
    least: 200,
    most: 520,
    sign: 1,
    ...ACROSS,
  },
  inspector: {
    property: "--inspector-width",
    usual: 420,
    least: 280,
    most: 900,
    sign: -1,
    ...ACROSS,
  },
  "try-height": { property: "--try-height", usual: 258, least: 160, most: 800, sign: -1, ...UP },
});
const STEP = 16;

/** @param {() => void} uncover clear away what lies over the panes of a narrow page */
export function mountPanes(uncover) {
  for (const name of /** @type {const} */ (["connections", "inspector", "try-height"]))
    mountBorder(name);
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (!(tab instanceof HTMLElement)) continue;
    tab.addEventListener("click", () => {
      uncover();
      showPane(tab.dataset.tab ?? "stream");
    });
  }
  for (const query of [NARROW, OVER])
    query.addEventListener("change", () => coverPanes(!part("inspector").hidden));
  part("panes").addEventListener("click", (event) => {
    // A click on what is inert arrives at what holds it.
    if (event.target === part("panes") && part("centre").inert) uncover();
  });
  const fold = part("try-fold");
  fold.addEventListener("click", () => setFolded(fold.getAttribute("aria-expanded") === "true"));
  if (recall("try") === "folded") setFolded(true);
  NARROW.addEventListener("change", () => NARROW.matches && setFolded(false, false));
  if (NARROW.matches) setFolded(false, false);
}

/** What the inspector covers cannot be used. @param {boolean} shown @returns {boolean} whether it covers anything */
export function coverPanes(shown) {
  part("centre").inert = shown && OVER.matches;
  part("connections").inert = shown && NARROW.matches;
  return shown && OVER.matches;
}

/** Bring a pane to the front of a narrow page. @param {string} name */
export function showPane(name) {
  document.body.dataset.pane = name;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (!(tab instanceof HTMLElement)) continue;
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

/** Bring "Try it" into view, folded or not, narrow or wide. */
export function revealTry() {
  setFolded(false);
  if (NARROW.matches) showPane("try");
}

/** @param {boolean} folded */
function setFolded(folded, remembered = true) {
  part("try-fold").setAttribute("aria-expanded", String(!folded));
  part("try-body").hidden = folded;
  part("border-try-height").hidden = folded;
  if (remembered) remember("try", folded ? "folded" : "open");
}

/** @param {keyof typeof BORDERS} name */
function mountBorder(name) {
  const border = part(`border-${name}`);
  const { property, usual, least, most, sign, place, more, less } = BORDERS[name];
  /** @type {number} */
  let extent = usual;
  const set = (/** @type {number} */ to) => {
    extent = Math.round(Math.min(most, Math.max(least, to)));
    document.documentElement.style.setProperty(property, `${extent}px`);
    border.setAttribute("aria-valuenow", String(extent));
  };
  border.setAttribute("aria-valuemin", String(least));
  border.setAttribute("aria-valuemax", String(most));
  set(Number(recall(name)) || usual);
  const keep = () => remember(name, String(extent));
  border.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    border.setPointerCapture(event.pointerId);
    const from = event[place] - sign * extent;
    const move = (/** @type {PointerEvent} */ moved) => set(sign * (moved[place] - from));
    border.addEventListener("pointermove", move);
    border.addEventListener(
      "lostpointercapture",
      () => {
        border.removeEventListener("pointermove", move);
        keep();
      },
      { once: true },
    );
  });
  border.addEventListener("dblclick", () => {
    set(usual);
    keep();
  });
  border.addEventListener("keydown", (event) => {
    const by = event.key === more ? STEP : event.key === less ? -STEP : 0;
    if (!by) return;
    event.preventDefault();
    set(extent + sign * by);
    keep();
  });
}
