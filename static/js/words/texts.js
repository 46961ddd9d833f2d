// @ts-check
/** Words for what has no better place: clients, endings. */

export const texts = {
  ending: {
    closed: (/** @type {string} */ by, /** @type {string} */ code) => `${by} closed, ${code}`,
    left: (/** @type {string} */ by) => `${by} left without a closing handshake`,
    reset: (/** @type {string} */ by) => `${by} reset the connection`,
    gaveUp: (/** @type {string} */ by) => `${by} gave up`,
    after: {
      ended: "; the client then ended the connection",
      reset: "; the client then reset the connection",
      late: "; the client did not close in time",
    },
  },
  clients: { unknown: "?" },
};
