// @ts-check
/** Round trips of pings over time: a plot, and the same in words. */

import { write } from "../page/stamps.js";
import { svg } from "../page/svg.js";
import { age, count, duration } from "../words/format.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").RoundTrip} RoundTrip */

/** As many as the server keeps. */
const KEPT = 128;
const HEIGHT = 112;
const PLOT = { left: 60, right: 12, top: 8, bottom: 88 };
/** The shortest time that the axis shows, in microseconds: one ping alone is no line. */
const SPAN = 10e6;

export class RoundTrips {
  #slots;
  /** @type {RoundTrip[]} */ #trips = [];
  /** Where they came from, so that they are taken once. @type {unknown} */ #told = null;
  /** @type {Pick<import("../types").Row, "opened" | "closed">} */ #lasted = {
    opened: 0,
    closed: null,
  };
  #drawn = "";
  #width = 0;

  /** @param {Record<string, HTMLElement>} slots */
  constructor(slots) {
    this.#slots = slots;
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = Math.floor(contentRect.width);
      this.#draw();
    }).observe(slots["trips-plot"]);
  }

  /** @param {import("../types").Row} row @param {import("../types").Detail | null} detail */
  update(row, detail) {
    if (detail && detail !== this.#told) {
      this.#told = detail;
      this.#trips = [...detail.round_trips];
    }
    const { round_trip: trip, round_trip_at: time } = row;
    const last = this.#trips.at(-1)?.time ?? 0;
    if (trip !== null && time !== null && time > last) {
      this.#trips.push({ time, round_trip: trip });
      this.#trips.splice(0, this.#trips.length - KEPT);
    }
    this.#lasted = row;
    const idle = this.#slots["trips-idle"];
    idle.hidden = row.heartbeats === 0 || row.closed !== null;
    const { every } = this.#slots["trips-words"].dataset;
    if (!idle.hidden) write(idle, texts.trips.idle(String(every)));
    const none = this.#trips.length === 0;
    this.#slots["trips-plot"].hidden = none;
    const words = this.#slots["trips-words"];
    write(words, none ? absence(row, String(words.dataset.every)) : summary(this.#trips));
    this.#draw();
  }

  #draw() {
    const trips = this.#trips;
    const looks = `${this.#width} ${trips.length} ${trips.at(-1)?.time} ${this.#lasted.closed}`;
    if (!this.#width || !trips.length || looks === this.#drawn) return;
    this.#drawn = looks;
    this.#slots["trips-plot"].replaceChildren(plot(trips, this.#lasted, this.#width));
  }
}

/** @param {import("../types").Row} row @param {string} heartbeat as a configuration has it */
function absence({ closed }, heartbeat) {
  if (closed !== null) return texts.trips.never;
  return heartbeat === "0s" ? texts.trips.nonePinged : texts.trips.none(heartbeat);
}

/** @param {RoundTrip[]} trips */
function summary(trips) {
  const sorted = trips.map(({ round_trip: trip }) => trip).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
  const last = trips[trips.length - 1].round_trip;
  return texts.trips.summary(
    duration(last),
    duration(median),
    duration(sorted[sorted.length - 1]),
    count(trips.length),
  );
}

/** @param {RoundTrip[]} trips @param {Pick<import("../types").Row, "opened" | "closed">} lasted @param {number} width */
function plot(trips, { opened, closed }, width) {
  const { left, right, top, bottom } = PLOT;
  const first = trips[0].time;
  // It ends with its connection.
  const least = closed === null ? SPAN : Math.max(1, Math.min(SPAN, closed - first));
  const span = Math.max(least, trips[trips.length - 1].time - first);
  const most = roundUp(Math.max(...trips.map(({ round_trip: trip }) => trip)));
  const x = (/** @type {number} */ time) =>
    Math.round(10 * (left + ((time - first) / span) * (width - left - right))) / 10;
  const y = (/** @type {number} */ trip) =>
    Math.round(10 * (bottom - (trip / most) * (bottom - top))) / 10;
  const points = trips.map(({ time, round_trip: trip }) => [x(time), y(trip)]);
  const ticks = [0, most / 2, most].flatMap((trip) => [
    svg("line", { class: "tick", x1: left, x2: width - right, y1: y(trip), y2: y(trip) }),
    svg("text", { x: left - 8, y: y(trip) + 4, "text-anchor": "end" }, trip ? duration(trip) : "0"),
  ]);
  const end = (
    /** @type {number} */ at,
    /** @type {string} */ anchor,
    /** @type {number} */ time,
  ) =>
    svg(
      "text",
      { x: at, y: HEIGHT - 6, "text-anchor": anchor },
      texts.trips.after(age(time - opened)),
    );
  const ends = [end(left, "start", first), end(width - right, "end", first + span)];
  return svg(
    "svg",
    {
      class: "trips",
      role: "img",
      width,
      height: HEIGHT,
      "aria-label": texts.trips.label(summary(trips)),
    },
    ...ticks,
    ...ends,
    svg("polyline", { points: points.join(" ") }),
    ...trips.map(({ time, round_trip: trip }, i) => {
      const told = texts.trips.point(duration(trip), age(time - opened));
      return svg("circle", { cx: points[i][0], cy: points[i][1], r: 2.5 }, svg("title", {}, told));
    }),
  );
}

/** The next number of which the half reads well, too. @param {number} n */
function roundUp(n) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, n)));
  return ([1, 2, 3, 4, 6, 8].find((times) => times * unit >= n) ?? 10) * unit;
}
