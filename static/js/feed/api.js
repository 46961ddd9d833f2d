// @ts-check
/** Questions to the server, and its answers. */

/**
 * @typedef {object} Answer
 * @property {number} status 0 where nobody answered
 * @property {any} told what the answer said, null where it is not known
 */

/** Ask for a path, or post something there. @param {string} path @param {unknown} [sent] @returns {Promise<Answer>} */
export async function ask(path, sent) {
  try {
    const answer = await fetch(path, sent === undefined ? {} : posting(sent));
    const told = await answer.json().catch(() => null);
    // Cut off in the middle is as good as not answered.
    return { status: answer.ok && told === null ? 0 : answer.status, told };
  } catch {
    return { status: 0, told: null };
  }
}

/** The address of what is known of one connection. @param {string} id */
export const connectionPath = (id) => `/api/connections/${encodeURIComponent(id)}`;

/** @param {unknown} sent @returns {RequestInit} */
const posting = (sent) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(sent),
});
