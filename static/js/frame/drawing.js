// @ts-check
/** A frame drawn as it was on the wire: the bits of its first two bytes as a trace, the bytes behind them. */

import { stamp } from "../page/stamps.js";
import { hex } from "./octets.js";
import { rove } from "./pointing.js";
import { texts } from "./texts.js";

/** @typedef {import("./anatomy.js").Cell} Cell */
/** @typedef {import("./anatomy.js").Field} Field */
/** @typedef {import("./octets.js").Octet} Octet */

/** @param {HTMLElement} drawing @param {Field[]} fields @param {Octet[]} first the first two bytes */
export function draw(drawing, fields, first) {
  const cells = fields
    .flatMap((field) => field.cells.map((cell) => ({ field, cell })))
    .sort((a, b) => a.cell.at - b.cell.at);
  const bits = cells.flatMap(({ cell }) => [...(cell.bits ?? "")]);
  for (const [i, octet] of first.entries()) {
    const { element, slots } = stamp("octet");
    slots.bus.append(bus(octet));
    for (const { field, cell } of cells) {
      if (cell.bits === undefined || cell.at >> 3 !== i) continue;
      slots.bits.append(bitField(field, cell, bits));
    }
    drawing.append(element);
  }
  for (const { field, cell } of cells)
    if (cell.octets) drawing.append(octetField(field, cell, cell.octets));
  rove(drawing);
}

/** @param {Field} field @param {Cell} cell @param {string[]} bits all of them */
function bitField(field, { at, bits: own = "", label, shown }, bits) {
  const { element, slots } = button("bit-field", field, label, shown || own);
  element.style.gridColumn = `span ${own.length}`;
  element.toggleAttribute("data-single", own.length === 1);
  for (const [i, digit] of [...own].entries()) {
    const bit = document.createElement("span");
    bit.className = "bit";
    bit.dataset.bit = digit;
    // Where the level changes, the trace has an edge.
    bit.toggleAttribute("data-edge", at + i > 0 && bits[at + i - 1] !== digit);
    bit.textContent = digit;
    slots.trace.append(bit);
  }
  return element;
}

/** @param {Field} field @param {Cell} cell @param {Octet[]} octets */
function octetField(field, { label, shown }, octets) {
  const { element, slots } = button("octet-field", field, label, shown);
  element.style.setProperty("--octets", String(octets.length));
  element.toggleAttribute("data-single", octets.length === 1);
  slots.buses.append(...octets.flatMap((octet) => [bus(octet), " "]));
  return element;
}

/** @param {string} name @param {Field} field @param {string} label @param {string} shown */
function button(name, { key, verdict }, label, shown) {
  const { element, slots } = stamp(name);
  element.dataset.field = key;
  element.setAttribute("aria-describedby", `explained-${key}`);
  slots.label.textContent = label;
  slots.shown.textContent = shown;
  if (verdict) {
    element.dataset.verdict = verdict;
    slots.verdict.textContent = texts.anatomy.verdicts[verdict];
  }
  return { element, slots };
}

/** @param {Octet} octet */
function bus(octet) {
  const element = document.createElement("span");
  element.className = "bus";
  element.textContent = hex(octet);
  if (typeof octet === "string") element.dataset.octet = octet;
  return element;
}
