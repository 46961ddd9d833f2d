// @ts-check
/** What is pointed at in one place is marked in all others that show the same field. */

/** Mark what the pointer or the focus is on, and what was pressed until it is pressed again. @param {HTMLElement} root */
export function mountPointing(root) {
  let pinned = "";
  const mark = (/** @type {EventTarget | null} */ target) => {
    const key = fieldOf(target) || fieldOf(focused(root)) || pinned;
    for (const element of root.querySelectorAll("[data-field]"))
      element.toggleAttribute("data-pointed", key !== "" && fieldOf(element) === key);
  };
  root.addEventListener("pointerover", ({ target }) => mark(target));
  root.addEventListener("pointerleave", () => mark(null));
  root.addEventListener("focusin", ({ target }) => mark(target));
  root.addEventListener("focusout", ({ relatedTarget }) => mark(relatedTarget));
  root.addEventListener("click", ({ target }) => {
    const pressed =
      target instanceof Element ? target.closest("[data-field] [aria-pressed]") : null;
    const button = pressed ?? (target instanceof Element ? target.closest(".cell") : null);
    if (!button) return;
    const key = fieldOf(button);
    pinned = pinned === key ? "" : key;
    for (const other of root.querySelectorAll("button[aria-pressed]"))
      if (fieldOf(other)) other.setAttribute("aria-pressed", String(fieldOf(other) === pinned));
    mark(button);
  });
}

/** Let one button of many be reached by Tab, and the others from there by arrow keys. @param {HTMLElement} among */
export function rove(among) {
  const all = () => /** @type {HTMLElement[]} */ ([...among.querySelectorAll("button")]);
  const reach = (/** @type {HTMLElement} */ one) => {
    for (const button of all()) button.tabIndex = button === one ? 0 : -1;
  };
  const [first] = all();
  if (first) reach(first);
  among.addEventListener("focusin", ({ target }) => target instanceof HTMLElement && reach(target));
  among.addEventListener("keydown", (event) => {
    const buttons = all();
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 }[
      event.key
    ];
    if (event.ctrlKey || event.metaKey || event.altKey || at < 0) return;
    const next =
      event.key === "Home"
        ? buttons[0]
        : event.key === "End"
          ? buttons[buttons.length - 1]
          : to === undefined
            ? undefined
            : buttons[to];
    if (to === undefined && next === undefined) return;
    event.preventDefault();
    next?.focus();
  });
}

/** @param {HTMLElement} root */
const focused = (root) =>
  root.contains(document.activeElement) && document.activeElement?.matches(":focus-visible")
    ? document.activeElement
    : null;

/** The field that an element shows or stands in. @param {EventTarget | null} target */
function fieldOf(target) {
  const element = target instanceof Element ? target.closest("[data-field]") : null;
  return element instanceof HTMLElement ? (element.dataset.field ?? "") : "";
}
