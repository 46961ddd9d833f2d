// @ts-check
/** The address bar: it names the connection that is chosen, so that it can be shared, reloaded and gone back from. */

import { shortId } from "../words/format.js";
import { texts } from "./texts.js";

const BELOW = "/connections/";

/** Where one connection is shown, or all for null. @param {string | null} id */
export const pathOf = (id) => (id === null ? "/" : BELOW + encodeURIComponent(id));

/** Let the address follow the choice, and the choice the address. @param {import("./choice.js").Choice} choice */
export function mountAddress(choice) {
  /** @type {string | null} */ let titled = null;
  choice.addEventListener("change", () => {
    const { connection } = choice;
    if (connection !== named()) history.pushState(null, "", pathOf(connection));
    if (connection === titled) return;
    titled = connection;
    document.title = texts.title(connection === null ? null : shortId(connection));
  });
  window.addEventListener("popstate", () => {
    if (named() !== choice.connection) choice.chooseConnection(named());
  });
  if (named() !== null) choice.chooseConnection(named());
}

/** The connection that the address names, if any. */
function named() {
  const { pathname } = location;
  return pathname.startsWith(BELOW) ? decodeURIComponent(pathname.slice(BELOW.length)) : null;
}
