// @ts-check
/** The page's keys; they leave text fields and whatever else takes keys itself alone. */

import { part } from "./stamps.js";

/** @param {import("../stream/stream.js").Stream} stream @param {import("./choice.js").Choice} choice @param {() => void} toStream */
export function mountKeys(stream, choice, toStream) {
  const help = mountDialog("help");
  mountDialog("ways");
  document.addEventListener("keydown", (event) => {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      document.querySelector("dialog[open]")
    )
      return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (event.key === "Escape") goBack(event, target, choice);
    else if (!types(target) && act(event, target)) event.preventDefault();
  });

  /** @param {KeyboardEvent} event @param {HTMLElement} target */
  function act(event, target) {
    const onControl =
      target.closest("button, input, select, textarea, summary, a, [role='separator']") !== null;
    const onGrid = target.id === "stream-grid";
    switch (event.key) {
      case "/":
        toStream();
        part("filter").focus();
        return true;
      case "?":
        help.showModal();
        return true;
      case " ":
        if (onControl) return false;
        stream.pause();
        return true;
      case "j":
        stream.walk.step(1);
        return true;
      case "k":
        stream.walk.step(-1);
        return true;
      case "Enter":
        if (onControl || !(onGrid || target === document.body || target.closest("#stream")))
          return false;
        stream.walk.open();
        return true;
    }
    if (!onGrid) return false;
    switch (event.key) {
      case "ArrowDown":
        stream.walk.step(1);
        return true;
      case "ArrowUp":
        stream.walk.step(-1);
        return true;
      case "PageDown":
        stream.walk.page(1);
        return true;
      case "PageUp":
        stream.walk.page(-1);
        return true;
      case "Home":
        stream.walk.toStart();
        return true;
      case "End":
        stream.follow();
        return true;
    }
    return false;
  }
}

/** Let a dialog be opened by its button, and closed by a click beside it. @param {string} name */
function mountDialog(name) {
  const dialog = /** @type {HTMLDialogElement} */ (part(name));
  part(`${name}-button`).addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}

/** @param {KeyboardEvent} event @param {HTMLElement} target @param {import("./choice.js").Choice} choice */
function goBack(event, target, choice) {
  if (target.id === "filter") {
    const field = /** @type {HTMLInputElement} */ (target);
    event.preventDefault();
    if (field.value) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    } else part("stream-grid").focus();
  } else if (types(target)) target.blur();
  else if (choice.back()) event.preventDefault();
}

/** Whether an element takes letters. @param {HTMLElement} element */
const types = (element) =>
  element.matches("input:not([type='checkbox']), textarea, select") || element.isContentEditable;
