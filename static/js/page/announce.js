// @ts-check
/** Sparse sentences for those who hear the page: at most one every three seconds, the latest wins. */

import { part } from "./stamps.js";

const PAUSE = 3000;
let spoken = -PAUSE;
let waiting = 0;

/** @param {string} sentence */
export function announce(sentence) {
  clearTimeout(waiting);
  const say = () => {
    spoken = performance.now();
    part("announcer").textContent = sentence;
  };
  const rest = spoken + PAUSE - performance.now();
  if (rest <= 0) say();
  else waiting = window.setTimeout(say, rest);
}
