// @ts-check
/** "Try it": the client in this page, and what becomes of what it sends. */

import { announce } from "../page/announce.js";
import { part, write } from "../page/stamps.js";
import { texts as pageTexts } from "../page/texts.js";
import { closeName } from "../words/close-codes.js";
import { duration, shortId } from "../words/format.js";
import { show } from "../words/visible.js";
import { endingWords } from "../words/words.js";
import { Burst } from "./burst.js";
import { CloseForm } from "./close-form.js";
import { ConnectForm } from "./connect-form.js";
import { Exchanges } from "./exchanges.js";
import { TryFigures } from "./figures.js";
import { TryLog } from "./log.js";
import { Outgoing } from "./outgoing.js";
import { texts } from "./texts.js";
import { Witness } from "./witness.js";

/** @typedef {import("./outgoing.js").Ready} Ready */
/** @typedef {import("./log.js").Happened} Happened */
/**
 * @typedef {object} Around
 * @property {import("./client.js").Client} client @property {import("../feed/picture.js").Picture} picture
 * @property {() => void} reveal bring this part into view
 * @property {(frame: import("../types").FrameEvent) => void} openFrame in the inspector
 * @property {(id: string) => void} openConnection
 */

export class Try {
  #client;
  #picture;
  #exchanges = new Exchanges();
  /** @type {Witness | null} */ #witness = null;
  /** Where the feed is. @type {string | null} */ #place = null;
  /** What the log says of the newest connection: its beginning and its end. @type {Happened[]} */
  #happened = [];
  /** To be sent as soon as there is a connection. @type {Ready | null} */ #ready = null;
  #connectForm = new ConnectForm();
  #closeForm;
  #outgoing;
  #burst;
  #figures;
  #log;

  /** @param {Around} around */
  constructor({ client, picture, reveal, openFrame, openConnection }) {
    this.#client = client;
    this.#picture = picture;
    this.#log = new TryLog({ frame: openFrame, connection: openConnection });
    this.#figures = new TryFigures(client, this.#exchanges);
    this.#burst = new Burst(client, () => this.#state());
    this.#closeForm = new CloseForm((code, reason) => client.close(code, reason), problem);
    this.#outgoing = new Outgoing(problem, reveal);
    part("try-connect").addEventListener("submit", (event) => this.#toggle(event));
    part("try-send").addEventListener("submit", (event) => this.#submit(event));
    part("connect-here").addEventListener("click", () => {
      reveal();
      this.#outgoing.offer(texts.greeting);
      if (client.state === "closed") this.#connect();
    });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ then) =>
      client.addEventListener(name, (event) => then(/** @type {CustomEvent} */ (event).detail));
    on("connecting", () => this.#begin());
    on("closing", () => this.#state());
    on("open", (protocol) => this.#opened(protocol));
    on("message", (data) => this.#received(data));
    on("close", (end) => this.#ended(end));
    this.#state();
  }

  /** Take in what the feed tells. @param {import("../types").Events} batch */
  told(batch) {
    this.#place = batch.cursor;
    const witness = this.#witness;
    if (!witness) return;
    for (const event of batch.events) {
      if (event.kind === "opened" && this.#client.isLast(event.request.line))
        witness.found(event.connection);
    }
    witness.take(batch);
  }

  /** The rows of the connections have changed. */
  changed() {
    if (this.#happened.every(({ id }) => id !== null) && this.#witness?.id) return;
    const row = [...this.#picture.rows.values()].find(({ target }) => this.#client.isLast(target));
    if (!row) return;
    if (!row.refusal) this.#witness?.found(row.id);
    for (const entry of this.#happened) if (entry.id === null) this.#explain(entry, row);
  }

  /** Put beside it what the server says. @param {Happened} entry @param {import("../types").Row} row */
  #explain(entry, row) {
    const id = shortId(row.id);
    if (row.refusal) {
      entry.words = texts.refused(row.refusal.status, row.refusal.reason);
      entry.told = texts.request(id);
    } else if (!entry.ends) entry.told = texts.connection(id);
    else if (row.ending) entry.told = endingWords(row.ending);
    else return;
    entry.id = row.id;
    this.#log.change(entry);
  }

  /** @param {Event} event */
  #toggle(event) {
    event.preventDefault();
    this.#ready = null;
    if (this.#client.state === "closed") this.#connect();
    else this.#client.close();
  }

  /** @returns {boolean} whether it is under way */
  #connect() {
    const address = this.#connectForm.read();
    const wrong = typeof address === "string";
    problem(wrong ? address : null);
    if (!wrong) this.#client.connect(address.path, address.subprotocols);
    return !wrong;
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#burst.active) return this.#burst.stop();
    const ready = await this.#outgoing.read();
    if (!ready) return;
    const { state } = this.#client;
    if (state === "open") this.#send(ready);
    else if (state === "closing") problem(texts.stillClosing);
    else if (state === "connecting" || this.#connect()) this.#ready = ready;
  }

  /** @param {Ready} ready */
  #send(ready) {
    const { data, message, times } = ready;
    this.#outgoing.sent(ready);
    this.#burst.start(times, () => {
      const exchange = this.#exchanges.send(data, message);
      this.#log.add(exchange);
      this.#witness?.expect("in", exchange);
      this.#client.send(data);
      this.#figures.changed();
    });
  }

  /** @param {import("./client.js").Data} data */
  #received(data) {
    const exchange = this.#exchanges.receive(data);
    if (exchange.sent) this.#log.change(exchange);
    else this.#log.add(exchange);
    this.#witness?.expect("out", exchange);
    this.#figures.changed();
    const { back, trip } = exchange;
    if (back)
      announce(pageTexts.announce.tryBack(back.beginning, trip === null ? null : duration(trip)));
  }

  #begin() {
    this.#exchanges.begin();
    this.#figures.changed();
    this.#witness?.giveUp();
    this.#witness = new Witness(this.#place, this.#exchanges, (exchange) =>
      this.#log.change(exchange),
    );
    this.#happened = [];
    this.#state();
  }

  /** @param {string} protocol */
  #opened(protocol) {
    this.#say({ words: texts.opened(protocol), ends: false, wrong: false });
    announce(pageTexts.announce.tryOpen);
    this.#state();
    if (this.#ready) this.#send(this.#ready);
    this.#ready = null;
  }

  /** @param {import("./client.js").End} end */
  #ended(end) {
    this.#ready = null;
    for (const exchange of this.#exchanges.end()) this.#log.change(exchange);
    this.#witness?.end();
    const { made, cancelled, wasClean } = end;
    const name = closeName(end.code);
    const failed = this.#picture.frozen ? texts.away : texts.failed;
    const notMade = cancelled ? texts.cancelled : failed;
    const words = made ? texts.ended(name, end) : notMade;
    this.#say({ words, ends: true, wrong: made ? !wasClean : !cancelled });
    announce(made ? pageTexts.announce.tryClosed(name) : notMade);
    this.#figures.changed();
    this.#state();
  }

  /** @param {{ words: string, ends: boolean, wrong: boolean }} what */
  #say(what) {
    const entry = { ...what, id: null, told: "" };
    this.#happened.push(entry);
    this.#log.add(entry);
    this.changed();
  }

  #state() {
    const { state } = this.#client;
    const { buttons, states } = texts;
    part("try").dataset.state = state;
    write(part("try-state"), states[state]);
    const again = state === "closed" && this.#happened.length > 0;
    write(part("try-button"), buttons[again ? "again" : state]);
    write(part("try-submit"), buttons[this.#burst.active ? "stop" : "send"]);
    this.#connectForm.fix(state !== "closed");
    this.#closeForm.offer(state === "open");
  }
}

/** Say what is wrong, or will be; null where nothing is. @param {string | null} sentence */
function problem(sentence, warning = false) {
  const place = part("try-problem");
  place.hidden = sentence === null;
  place.toggleAttribute("data-warning", warning);
  show(place, sentence ?? "");
}
