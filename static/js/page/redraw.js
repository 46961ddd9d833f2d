// @ts-check
/** When to draw what has changed: at once where somebody waits for it, else a few times a second, all of it together. */

/** As often as anybody reads, in milliseconds. */
const APART = 200;
/** What part of the time drawing may take, which is most of what the page costs. */
const SHARE = 0.06;
/** From so many milliseconds on somebody feels it (W3C Long Tasks API): it is busy here, and the page is to be the last to add to that. */
const LONG = 50;
const LONG_SHARE = 0.015;
/** And for how many milliseconds that may hold it up. */
const FARTHEST = 700;

/** @type {Set<() => void>} */ const due = new Set();
let frame = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let timer;
let next = 0;

/** Draw with the next animation frame, once, however often that is asked for until then. @param {() => void} draw always the same function for the same thing */
export function drawNow(draw) {
  due.add(draw);
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

function drawAll() {
  const began = performance.now();
  frame = 0;
  next = began + APART;
  // Of what a drawing asks for itself the rest is left to another frame.
  for (const draw of [...due]) {
    due.delete(draw);
    draw();
  }
  // What is posted now arrives when the browser has laid out and painted all that.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const took = performance.now() - began;
    port1.close();
    // Pages of one server are not to keep in step: together they would take a machine's whole time.
    const apart = took / (took < LONG ? SHARE : LONG_SHARE);
    next = began + Math.max(APART, Math.min(FARTHEST, apart) * (0.8 + 0.4 * Math.random()));
  };
  port2.postMessage(null);
}
