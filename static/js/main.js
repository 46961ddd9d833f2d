// @ts-check
/** The page: who knows whom, and which way the feed flows through it. */

import { Connections } from "./connections/connections.js";
import { Feed } from "./feed/feed.js";
import { Particulars } from "./feed/particulars.js";
import { Picture } from "./feed/picture.js";
import { Story } from "./feed/story.js";
import { mountAddress } from "./page/address.js";
import { announce } from "./page/announce.js";
import { Choice } from "./page/choice.js";
import { mountCopy } from "./page/copy.js";
import { mountKeys } from "./page/keys.js";
import { LateInspector } from "./page/late-inspector.js";
import { coverPanes, mountPanes, revealTry, showPane } from "./page/panes.js";
import { spreadOut } from "./page/redraw.js";
import { part } from "./page/stamps.js";
import { texts } from "./page/texts.js";
import { Stream } from "./stream/stream.js";
import { Header } from "./strip/header.js";
import { Client } from "./try/client.js";
import { OwnConnection } from "./try/own.js";
import { Try } from "./try/try.js";

const LIVE = "/live";
/** More than so many events or connections at once are nothing to be read. */
const MUCH = 20;

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
const inspector = new LateInspector({
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
const tryIt = new Try({
  client,
  picture,
  reveal: revealTry,
  openFrame: (frame) => choice.chooseLine(stream.lineOf(frame), true),
  openConnection: (id) => choice.inspect(id),
});
const own = new OwnConnection(choice, client, picture, toStream);
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
    if (batch.events.length > MUCH) spreadOut();
    const missing = batch.forgotten + batch.skipped;
    if (missing && !first) header.gap(missing);
    tryIt.told(batch);
    stream.add(batch, first);
  },
  state(told) {
    if (told.connections.length > MUCH) spreadOut();
    picture.change(told, choice.connection);
    header.stats(told.stats);
    changed();
  },
});

function changed() {
  connections.changed();
  inspector.changed();
  stream.refresh();
  tryIt.changed();
  own.changed();
}

mountAddress(choice);
feed.open();
