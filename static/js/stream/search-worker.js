// @ts-check
/** Tries a regular expression on texts where that can take as long as it likes: whoever asks ends the worker. */

self.addEventListener("message", (/** @type {MessageEvent<Asked>} */ { data }) => {
  const pattern = new RegExp(data.source, data.flags);
  const found = Uint8Array.from(data.texts, (texts) =>
    Number(texts.some((text) => pattern.test(text))),
  );
  self.postMessage(found);
});

/** @typedef {{ source: string, flags: string, texts: string[][] }} Asked */
