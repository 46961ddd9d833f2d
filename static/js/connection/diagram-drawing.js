// @ts-check
/** One row of a sequence diagram as SVG: an arrow, a note, a silence, what was left out, the end. */

import { svg } from "../page/svg.js";
import { age, duration, elapsed } from "../words/format.js";
import { pieces, visible } from "../words/visible.js";
import { texts } from "./texts.js";

/** @typedef {import("./diagram-rows.js").Row} Row */
/**
 * @typedef {object} Paper
 * @property {number} width
 * @property {number} opened when the connection was, in microseconds
 */

/** Where the client's lifeline is: beside it stands the time. */
export const LEFT = 76;
/** How far the server's is from the right. */
export const RIGHT = 12;
const ROW = 24;
/** How wide a character is; what is wider than that is cut off. */
const CHARACTER = 7.23;
const TEXT_BASE = 12;
const LINE = 18.5;
const TIP = 7;
/** Where the bar at the end is, which the lifelines reach. */
export const BAR = 8;

/** @param {Row} row */
export function heightOf({ kind, silence = 0, note }) {
  if (kind === "silence") return Math.min(56, 4 * Math.round(6 + 2 * Math.log10(silence / 1e6)));
  return kind === "end" || kind === "omitted" ? 36 : note ? 2 * ROW - 4 : ROW;
}

/** What a row looks like, as far as that can change. @param {Row} row @param {Paper} paper */
export const looksOf = ({ text, silence, key }, { width, opened }) =>
  `${width} ${opened} ${silence === undefined ? text : lasting(silence, key)}`;

/** @param {Row} row @param {Paper} paper */
export function drawRow(row, paper) {
  const height = heightOf(row);
  const group = svg("g", { role: "listitem", class: `row ${row.kind}` });
  if (row.kind === "arrow") group.append(arrow(row, paper, height));
  else group.append(...across(row, paper, height));
  return group;
}

/** @param {Row} row @param {Paper} paper @param {number} height */
function arrow(row, paper, height) {
  const { way, looks = "data", note, time } = row;
  const server = paper.width - RIGHT;
  const [from, to] = way === "in" ? [LEFT, server] : [server, LEFT];
  const back = way === "in" ? -1 : 1;
  const button = svg(
    "g",
    {
      role: "button",
      class: `message ${way} ${looks}`,
      tabindex: -1,
      "aria-label": sentence(row, paper),
    },
    svg("rect", { class: "ground", x: 1, y: 1, width: paper.width - 2, height: height - 2, rx: 4 }),
    ...(time === null ? [] : [timeOf(time, paper, TEXT_BASE + 4)]),
    label(row, server - LEFT - 16),
    svg("path", {
      class: "line",
      d: `M${from} ${LINE}H${to + back * 2}M${to} ${LINE}l${back * TIP} ${-TIP / 2}v${TIP}z`,
    }),
  );
  if (note) button.append(clipped(LEFT + 8, ROW - 2, server - LEFT - 16, [[`▲ ${note}`, "noted"]]));
  return button;
}

/** A row that is no arrow. @param {Row} row @param {Paper} paper @param {number} height */
function across(row, paper, height) {
  const { kind, text = "", silence, time } = row;
  const server = paper.width - RIGHT;
  const width = server - LEFT;
  const words = (/** @type {string} */ shown, /** @type {number} */ y) =>
    clipped(LEFT + 8, y, width - 16, [[shown, kind]], kind !== "note");
  if (kind === "note") return [words(`▲ ${text}`, 4)];
  if (kind === "end") {
    const bar = svg("line", { class: "bar", x1: LEFT - 8, x2: server + 8, y1: BAR, y2: BAR });
    const when = time === null ? [] : [timeOf(time, paper, BAR + 4)];
    return [bar, ...when, words(text, BAR + 4)];
  }
  const shown = silence === undefined ? text : lasting(silence, row.key);
  const band = svg("rect", { class: "band", x: LEFT, y: 3, width, height: height - 6 });
  const breaks = [LEFT, server].map((x) => broken(x, height / 2));
  return [...(silence === undefined ? [] : [band]), ...breaks, words(shown, height / 2 - 9)];
}

/** The mark of a broken axis. @param {number} x @param {number} y */
const broken = (x, y) =>
  svg(
    "g",
    { class: "break", transform: `translate(${x} ${y})` },
    svg("path", { class: "gap", d: "M-6 1l12 -5v4l-12 5z" }),
    svg("path", { d: "M-6 1l12 -5M-6 5l12 -5" }),
  );

/** @param {number} time @param {Paper} paper @param {number} y */
const timeOf = (time, { opened }, y) =>
  svg("text", { class: "time", x: LEFT - 12, y, "text-anchor": "end" }, elapsed(time, opened));

/** @param {Row} row @param {number} width */
function label({ what = "", text = "", flags = "", aside = "" }, width) {
  return clipped(LEFT + 8, 0, width, [
    [what, "what"],
    [flags, "flags"],
    [text, "preview"],
    [aside, "aside"],
  ]);
}

/**
 * A line of text that stays within its width and height, whoever has sent it.
 * @param {number} x @param {number} y @param {number} width @param {[string, string][]} parts each with its class
 */
function clipped(x, y, width, parts, centred = false) {
  const text = svg(
    "text",
    centred ? { x: width / 2, y: TEXT_BASE, "text-anchor": "middle" } : { y: TEXT_BASE },
  );
  let room = Math.floor(width / CHARACTER);
  for (const [words, kind] of parts) {
    if (!words || room <= 0) continue;
    if (text.firstChild) {
      text.append(" ");
      room -= 1;
    }
    const span = svg("tspan", { class: kind });
    for (const { hidden, words: piece } of pieces(words)) {
      const [fits, columns] = cut(piece, room);
      span.append(hidden ? svg("tspan", { class: "escape" }, fits) : fits);
      room -= columns;
      if (room <= 0) break;
    }
    text.append(span);
  }
  const size = { x, y, width: Math.max(0, width), height: 18 };
  return svg("svg", { role: "presentation", class: "words", ...size }, text);
}

/** So much of a text as fits, and how many columns that takes. @param {string} text @param {number} room @returns {[string, number]} */
function cut(text, room) {
  let columns = 0;
  const fits = [];
  for (const character of text) {
    columns += (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
    if (columns > room) return [`${fits.slice(0, -1).join("")}…`, columns];
    fits.push(character);
  }
  return [fits.join(""), columns];
}

/** @param {number} silence @param {string} key */
function lasting(silence, key) {
  const { diagram } = texts;
  if (key === "now") return diagram.silent(age(silence));
  return key === "closed" ? diagram.ending(duration(silence)) : diagram.silence(duration(silence));
}

/** @param {Row} row @param {Paper} paper */
function sentence(
  { time, way = "in", what = "", text = "", flags = "", aside = "", note },
  { opened },
) {
  const { way: ways, at } = texts.diagram;
  const parts = [flags, aside, text, note ?? ""].filter(Boolean);
  const said = `${ways[way]}: ${[what, ...parts].join(", ")}`;
  return visible(time === null ? said : `${said}, ${at(elapsed(time, opened))}`);
}

/** What of a row is cut off, in full. @param {Row} row */
export const tooltip = ({ what, text = "", note }) =>
  visible([[what, text].filter(Boolean).join(" "), ...(note ? [note] : [])].join(" · "));
