// @ts-check
/** Elements stamped out of the page's templates, with their named slots. */

/** @typedef {{ element: HTMLElement, slots: Record<string, HTMLElement> }} Stamped */

/**
 * Stamp out a template: its element, and what it marks with data-slot by name.
 * @param {string} name @returns {Stamped}
 */
export function stamp(name) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(`stamp-${name}`));
  const element = /** @type {HTMLElement} */ (
    document.importNode(template.content, true).firstElementChild
  );
  /** @type {Record<string, HTMLElement>} */
  const slots = {};
  for (const slot of element.querySelectorAll("[data-slot]")) {
    if (slot instanceof HTMLElement) slots[slot.dataset.slot ?? ""] = slot;
  }
  return { element, slots };
}

/** An element of the page that is there by contract. @param {string} id @returns {HTMLElement} */
export function part(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Write text where it differs, so that nothing is laid out again for nothing. @param {Element} element @param {string} text */
export function write(element, text) {
  const { firstChild } = element;
  if (firstChild instanceof Text && !firstChild.nextSibling) {
    if (firstChild.data !== text) firstChild.data = text;
  } else if (element.textContent !== text) element.textContent = text;
}

/** A name and a value under each other's heading, as the facts of an inspector. @param {Element} list @param {string} name @param {string} value */
export function fact(list, name, value, wire = false) {
  const { element, slots } = stamp("fact");
  slots.name.textContent = name;
  slots.value.textContent = value;
  slots.value.classList.toggle("wire", wire);
  list.append(element);
}
