// @ts-check
/** Elements of SVG, made by script: the policy lets no markup in. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * Make an element with its attributes and what stands in it.
 * @template {keyof SVGElementTagNameMap} N
 * @param {N} name @param {Record<string, string | number>} attributes @param {(Node | string)[]} inside
 * @returns {SVGElementTagNameMap[N]}
 */
export function svg(name, attributes = {}, ...inside) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...inside);
  return element;
}
