// @ts-check
/** The header strip: the state of the feed in words, and what passes per second. */

import { announce } from "../page/announce.js";
import { drawSoon } from "../page/redraw.js";
import { part, write } from "../page/stamps.js";
import { texts as pageTexts } from "../page/texts.js";
import { count, size } from "../words/format.js";
import { Sparkline } from "./sparkline.js";
import { texts } from "./texts.js";

/** @typedef {import("../types").Stats} Stats */

const GAP_SHOWN = 3000;
const QUIET = 1500;
const UNKNOWN = "–";
const NONE = { in: 0, out: 0 };

export class Header {
  /** @type {{ stats: Stats, at: number }[]} */ #samples = [];
  /** @type {import("../feed/feed.js").FeedState} */ #feed = { state: "connecting", seconds: 0 };
  #stream;
  #gap = { size: 0, until: 0 };
  #charts = {
    messages: new Sparkline(part("messages-chart"), texts.charts.messages),
    bytes: new Sparkline(part("bytes-chart"), texts.charts.bytes),
  };
  #rates = { messages: NONE, bytes: NONE };
  #redraw = () => this.#draw();

  /** @param {import("../stream/stream.js").Stream} stream */
  constructor(stream) {
    this.#stream = stream;
    stream.addEventListener("pause", () => this.#say());
    stream.addEventListener("drawn", () => stream.paused && this.#say());
    setInterval(() => this.#tick(), 1000);
    this.#say();
  }

  /** @param {import("../feed/feed.js").FeedState} feed */
  feed(feed) {
    const { state } = feed;
    if (state !== this.#feed.state && this.#feed.state !== "connecting") {
      announce(pageTexts.announce[state === "live" || state === "connecting" ? "back" : state]);
    }
    this.#feed = feed;
    if (state !== "live") this.#samples = [];
    if (state !== "live" && state !== "connecting") {
      write(part("count-open"), UNKNOWN);
      write(part("tab-open"), "");
    }
    document.body.toggleAttribute("data-stale", state !== "live");
    this.#measure();
    this.#say();
  }

  /** Events were left out just now. @param {number} n */
  gap(n) {
    const now = performance.now();
    const more = now < this.#gap.until;
    this.#gap = { size: (more ? this.#gap.size : 0) + n, until: now + GAP_SHOWN };
    if (!more) this.#say(); // else with the next second
  }

  /** @param {Stats} stats */
  stats(stats) {
    const now = performance.now();
    this.#samples.push({ stats, at: now });
    while (this.#samples.length > 2 && now - this.#samples[1].at > 1000) this.#samples.shift();
    drawSoon(this.#redraw);
  }

  #draw() {
    const stats = this.#samples.at(-1)?.stats;
    if (!stats) return;
    write(part("count-open"), count(stats.open));
    write(part("tab-open"), count(stats.open));
    write(part("count-total"), count(stats.messages_in + stats.messages_out));
    write(part("count-refused"), count(stats.refused));
    part("refused-place").hidden = stats.refused === 0;
    write(part("count-forgotten"), count(stats.forgotten));
    part("forgotten-place").hidden = stats.forgotten === 0;
    this.#measure();
  }

  #measure() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const seconds = first && last ? (last.stats.time - first.stats.time) / 1e6 : 0;
    if (!first || !last || seconds <= 0 || performance.now() - last.at > QUIET)
      this.#rates = { messages: NONE, bytes: NONE };
    else {
      const per = (/** @type {keyof Stats} */ name) =>
        Math.max(0, last.stats[name] - first.stats[name]) / seconds;
      this.#rates = {
        messages: { in: per("messages_in"), out: per("messages_out") },
        bytes: { in: per("bytes_in"), out: per("bytes_out") },
      };
    }
    const known = this.#feed.state === "live";
    const { messages, bytes } = this.#rates;
    write(part("rate-in"), known ? rate(messages.in) : UNKNOWN);
    write(part("rate-out"), known ? rate(messages.out) : UNKNOWN);
    write(part("rate-bytes"), known ? size(bytes.in + bytes.out) : UNKNOWN);
  }

  #tick() {
    this.#measure();
    this.#draw(); // whatever holds up the rest
    const known = this.#feed.state === "live";
    this.#charts.messages.add(known ? this.#rates.messages : null);
    this.#charts.bytes.add(known ? this.#rates.bytes : null);
    this.#say();
  }

  #say() {
    const { state, seconds } = this.#feed;
    const gap = performance.now() < this.#gap.until;
    const paused = this.#stream.paused;
    const [shown, words] =
      state === "lost"
        ? ["lost", seconds ? texts.feed.reconnecting(seconds) : texts.feed.trying]
        : state === "locked"
          ? ["lost", texts.feed.locked]
          : state === "refused"
            ? ["lost", texts.feed.refused(seconds)]
            : state === "silent"
              ? ["lost", texts.feed.silent]
              : state === "connecting"
                ? ["connecting", texts.feed.connecting]
                : paused
                  ? ["paused", texts.feed.paused(this.#stream.waiting, this.#stream.narrowed)]
                  : gap
                    ? ["gap", texts.feed.gap(this.#gap.size)]
                    : ["live", texts.feed.live];
    part("feed-state").dataset.state = shown;
    write(part("feed-words"), words);
    part("feed-words").title = state === "refused" ? texts.feed.refusedWhy : words;
  }
}

/** @param {number} n */
const rate = (n) => (n > 0 && n < 9.95 && n % 1 ? n.toFixed(1) : count(n));
