// @ts-check
/** What the inspector says. */

export const texts = {
  frame: (/** @type {string} */ name, /** @type {boolean} */ heartbeat) =>
    `${name} frame${heartbeat ? ", heartbeat" : ""}`,
  connection: (/** @type {string} */ id) => `Connection ${id}`,
  refused: (/** @type {string} */ id) => `Refused request ${id}`,
  back: (/** @type {string} */ id) => `Connection ${id}`,
};
