// @ts-check
/** When to draw what has changed: at once where somebody waits for it, else a few times a second, all of it together. */

/** As often as anybody reads, in milliseconds. */
const APART = 200;
/** What part of the time drawing may take, which is most of what the page costs. */
const SHARE = 0.04;
/** And for how many milliseconds that may hold it up. */
const FARTHEST = 2000;
/** After so many milliseconds what else there is to draw is left to the next frame: all of it is laid out and painted, too. */
const FRAME = 6;
/** By how many milliseconds pages of one server get out of step, which hear of things at the same moment; and by what part of a rest. */
const SPREAD = 400;
const ASTRAY = 0.5;

/** In the order in which they are drawn. @type {Set<() => void>} */ let due = new Set();
let frame = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let timer;
let next = 0;

/** Draw with the next animation frame, once, however often that is asked for until then. @param {() => void} draw always the same function for the same thing */
export function drawNow(draw) {
  due = new Set([draw, ...due]);
  clearTimeout(timer);
  timer = undefined;
  frame ||= requestAnimationFrame(drawAll);
}

/** Likewise, but not too soon after the last time. @param {() => void} draw */
export function drawSoon(draw) {
  due.add(draw);
  if (frame || timer !== undefined) return;
  const wait = next - performance.now();
  if (wait <= 0) drawNow(draw);
  else timer = setTimeout(drawNow, wait, draw);
}

/** More has come than anybody could read at once. All pages drawing it together would take a machine's whole time: this one does so when chance has it. */
export function spreadOut() {
  if (frame || timer !== undefined) return;
  next = Math.max(next, performance.now() + SPREAD * Math.random());
}

function drawAll() {
  const began = performance.now();
  frame = 0;
  next = Math.max(next, began + APART);
  // Of what a drawing asks for itself the rest is left to another frame.
  for (const draw of [...due]) {
    due.delete(draw);
    draw();
    if (due.size === 0 || performance.now() - began < FRAME) continue;
    frame ||= requestAnimationFrame(drawAll);
    break;
  }
  // What is posted now arrives when the browser has laid out and painted all that.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const took = performance.now() - began;
    port1.close();
    const rest = Math.min(FARTHEST, took / SHARE);
    // What somebody waited for in between has not made up for what took long.
    next = Math.max(next, began + Math.max(APART, rest) * (1 + ASTRAY * Math.random()));
  };
  port2.postMessage(null);
}
