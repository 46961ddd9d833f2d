// @ts-check
/** The panes: borders that can be dragged and are remembered, the fold, the tabs of a narrow page. */

import { part } from "./stamps.js";

const NARROW = window.matchMedia("(max-width: 759px)");
/** Where the inspector slides over other panes. */
const OVER = window.matchMedia("(max-width: 1119px)");
const BORDERS = /** @type {const} */ ({
  connections: { property: "--connections-width", usual: 300, least: 200, most: 520, sign: 1 },
  inspector: { property: "--inspector-width", usual: 420, least: 280, most: 900, sign: -1 },
});
const STEP = 16;

/** @param {() => void} uncover clear away what lies over the panes of a narrow page */
export function mountPanes(uncover) {
  for (const name of /** @type {const} */ (["connections", "inspector"])) mountBorder(name);
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
  if (remembered) remember("try", folded ? "folded" : "open");
}

/** @param {"connections" | "inspector"} name */
function mountBorder(name) {
  const border = part(`border-${name}`);
  const { property, usual, least, most, sign } = BORDERS[name];
  /** @type {number} */
  let width = usual;
  const set = (/** @type {number} */ to) => {
    width = Math.round(Math.min(most, Math.max(least, to)));
    document.documentElement.style.setProperty(property, `${width}px`);
    border.setAttribute("aria-valuenow", String(width));
  };
  border.setAttribute("aria-valuemin", String(least));
  border.setAttribute("aria-valuemax", String(most));
  set(Number(recall(name)) || usual);
  const keep = () => remember(name, String(width));
  border.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    border.setPointerCapture(event.pointerId);
    const from = event.clientX - sign * width;
    const move = (/** @type {PointerEvent} */ moved) => set(sign * (moved.clientX - from));
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
    const by = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
    if (!by) return;
    event.preventDefault();
    set(width + sign * by);
    keep();
  });
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    localStorage.setItem(`echoscope.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows the page.
  }
}

/** @param {string} name */
function recall(name) {
  try {
    return localStorage.getItem(`echoscope.${name}`);
  } catch {
    return null;
  }
}
