// @ts-check
/** The page: who knows whom, and which way the feed flows through it. */

import { mountAddress } from "./address.js";
import { announce } from "./announce.js";
import { Choice } from "./choice.js";
import { Client } from "./client.js";
import { Connections } from "./connections.js";
import { mountCopy } from "./copy.js";
import { Feed } from "./feed.js";
import { Header } from "./header.js";
import { mountKeys } from "./keys.js";
import { coverPanes, mountPanes, revealTry, showPane } from "./panes.js";
import { Particulars } from "./particulars.js";
import { isOpen, Picture } from "./picture.js";
import { part, write } from "./stamps.js";
import { Story } from "./story.js";
import { Stream } from "./stream.js";
import { texts } from "./texts.js";
import { Try } from "./try.js";

const LIVE = "/live";

const picture = new Picture();
const choice = new Choice();
const client = new Client();
const stream = new Stream(choice, picture);
const header = new Header(stream);
const connections = new Connections(picture, choice, (row) => client.opened(row.target));
const toStream = () => showPane("stream");
const particulars = new Particulars();
/** What happens on the connection that somebody looks at, whatever the other feed leaves out. */
const story = new Story(LIVE, (batch, first) => stream.addOfOne(batch, first));
/** @type {string | null} */ let narrowedTo = null;
choice.addEventListener("change", () => {
  const { connection, subject } = choice;
  if (connection === narrowedTo && subject === story.id) return;
  if (connection !== narrowedTo) stream.narrowTo(connection);
  narrowedTo = connection;
  story.tell(subject, subject === null || !picture.isEarlier(subject));
});
/** @type {import("./inspector.js").Inspector | null} */ let inspector = null;
let inspectorAsked = false;
const tryIt = new Try({
  client,
  picture,
  reveal: revealTry,
  openFrame: (frame) => choice.chooseLine(stream.lineOf(frame), true),
  openConnection: (id) => choice.inspect(id),
});
mountPanes(() => choice.hide());
mountCopy();
mountKeys(stream, choice, toStream);

let restartMarked = false;
let wasLost = false;

const feed = new Feed(LIVE, {
  changed(state) {
    header.feed(state);
    picture.frozen = state.state !== "live";
    changed();
    const lost = !["live", "silent", "connecting"].includes(state.state);
    if (lost && !wasLost) stream.gap("lost");
    wasLost = lost;
  },
  hello(told, restarted) {
    if (restarted) {
      stream.gap("restarted");
      announce(texts.announce.restarted);
    }
    restartMarked = restarted;
    picture.replace(told);
    header.stats(told.stats);
    changed();
    particulars.again();
    stream.refresh(true);
  },
  events(batch, first) {
    if (batch.restarted && !restartMarked) stream.gap("restarted");
    restartMarked = false;
    for (const event of batch.events) {
      if (event.kind === "opened" || event.kind === "refused") picture.remember(event);
    }
    const missing = batch.forgotten + batch.skipped;
    if (missing && !first) header.gap(missing);
    tryIt.told(batch);
    stream.add(batch, first);
  },
  state(told) {
    picture.change(told, choice.connection);
    header.stats(told.stats);
    changed();
  },
});

/** Before anybody has come there is nothing to inspect, and much of what the page is made of is for that. */
async function bringInspector() {
  if (inspectorAsked || (choice.inspected === null && picture.rows.size === 0)) return;
  inspectorAsked = true;
  try {
    const { Inspector } = await import("./inspector.js");
    inspector = new Inspector({
      choice,
      picture,
      particulars,
      story,
      lineOf: (frame) => stream.lineOf(frame),
      showFrames(id) {
        choice.narrowTo(id);
        toStream();
        part("stream-grid").focus();
      },
      cover: coverPanes,
    });
    inspector.changed();
  } catch {
    // The server has gone before it was there: asked for again when something changes.
    inspectorAsked = false;
    part("inspector").hidden = choice.inspected === null;
    write(part("inspected"), texts.inspector.notLoaded);
  }
}
choice.addEventListener("change", bringInspector);

function changed() {
  connections.changed();
  void bringInspector();
  inspector?.changed();
  stream.refresh();
  tryIt.changed();
  offerOwn();
}

/** Offer to narrow the stream to the connection that this page has opened. */
function offerOwn() {
  const own = [...picture.rows.values()].find((row) => isOpen(row) && client.opened(row.target));
  const button = part("try-show");
  button.hidden = !own || choice.connection === own.id;
  button.dataset.connection = own?.id ?? "";
}
part("try-show").addEventListener("click", () => {
  const { connection } = part("try-show").dataset;
  if (connection) choice.narrowTo(connection);
  toStream();
});
choice.addEventListener("change", offerOwn);

mountAddress(choice);
feed.open();
