// @ts-check
/** What the page itself says: its title, what is announced, copy buttons. */

export const texts = {
  title: (/** @type {string | null} */ id) =>
    id === null ? "Echoscope" : `Connection ${id} · Echoscope`,
  announce: {
    lost: "The live feed is lost. The page keeps what it has and reconnects.",
    refused: "The server answers, but not by its live feed. The page keeps trying.",
    locked: "The server wants another token. Reload the page to give it.",
    silent: "The live feed is silent. What the page shows may be out of date.",
    back: "The live feed is back.",
    restarted: "The server has restarted.",
    copied: "Copied.",
    tryOpen: "This page is connected.",
    tryClosed: (/** @type {string} */ how) => `This page's connection has ended: ${how}.`,
    tryBack: (/** @type {string} */ what, /** @type {string | null} */ trip) =>
      trip ? `Came back after ${trip}: ${what}` : `Came unasked: ${what}`,
  },
  inspector: {
    notLoaded: "The server went before the inspector could be loaded from it.",
  },
  copy: { done: "Copied", failed: "Not copied" },
};
