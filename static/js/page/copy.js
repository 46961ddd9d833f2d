// @ts-check
/** Copy buttons: those of the templates (data-copy) and those of the inspector. */

import { announce } from "./announce.js";
import { write } from "./stamps.js";
import { texts } from "./texts.js";

/** @type {WeakMap<HTMLElement, string>} */
const labels = new WeakMap();

/** Let every button that carries data-copy copy it. */
export function mountCopy() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    if (button instanceof HTMLElement) copy(button, button.dataset.copy ?? "");
  });
}

/** Copy a text and say so on the button. @param {HTMLElement} button @param {string} text */
export async function copy(button, text) {
  told(button, await toClipboard(text));
}

/** Copy what the server has at an address. @param {HTMLElement} button @param {string} address */
export async function copyFrom(button, address) {
  try {
    const answer = await fetch(address);
    told(button, answer.ok && (await toClipboard(await answer.text())));
  } catch {
    told(button, false);
  }
}

/** Say on a button what came of it. @param {HTMLElement} button @param {boolean} done */
function told(button, done) {
  if (!labels.has(button)) labels.set(button, button.textContent ?? "");
  const label = labels.get(button) ?? "";
  write(button, done ? texts.copy.done : texts.copy.failed);
  if (done) announce(texts.announce.copied);
  setTimeout(() => write(button, label), 1200);
}

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeByHand(text);
  }
}

/** The clipboard's own interface exists only over HTTPS and on localhost. @param {string} text */
function writeByHand(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
