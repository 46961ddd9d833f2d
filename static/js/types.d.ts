/** The live feed, as it travels: JSON over a WebSocket. Times are microseconds since the epoch. */

export interface Stats {
  time: number;
  open: number;
  opened: number;
  refused: number;
  messages_in: number;
  messages_out: number;
  bytes_in: number;
  bytes_out: number;
  heartbeats: number;
  /** Events, heartbeats aside. */
  recorded: number;
  forgotten: number;
}

export interface Ending {
  by: "client" | "server";
  how: "closing handshake" | "end of stream" | "reset" | "time-out";
  code: number;
  reason: string;
  /** How long nothing had passed in either direction before it, in microseconds. */
  quiet: number;
}

/** An ending in whole sentences. */
export interface Told {
  sentence: string;
  /** What that usually means. */
  meaning: string;
  /** Of an RFC, or empty. */
  clause: string;
}

export interface Refusal {
  check: string;
  status: number;
  came: string;
  expected: string;
  reason: string;
  remedy: string;
}

export interface Row {
  id: string;
  state: "open" | "closing" | "closed" | "refused";
  peer: string;
  user_agent: string | null;
  origin: string | null;
  subprotocol: string | null;
  compressed: boolean;
  /** What was negotiated, as it was answered. */
  extension: string | null;
  target: string;
  opened: number;
  closed: number | null;
  messages_in: number;
  messages_out: number;
  bytes_in: number;
  bytes_out: number;
  /** Pings that the server sent because nothing came. */
  heartbeats: number;
  /** Of the last ping that was answered, in microseconds. */
  round_trip: number | null;
  /** When its pong came. */
  round_trip_at: number | null;
  /** When something last passed in either direction. */
  quiet_since: number;
  ending: Ending | null;
  refusal: Refusal | null;
}

export interface Head {
  line: string;
  headers: [string, string][];
}

interface Common {
  cursor: string;
  time: number;
  connection: string;
}

export interface OpenedEvent extends Common {
  kind: "opened";
  peer: string;
  request: Head;
  response: Head;
  subprotocol: string | null;
  extensions: string[];
}

export interface RefusedEvent extends Common {
  kind: "refused";
  peer: string;
  request: Head;
  refusal: Refusal;
}

/** How a connection began, wherever it was learnt from. */
export type Began = Omit<OpenedEvent, "cursor"> | Omit<RefusedEvent, "cursor">;

export interface FrameEvent extends Common {
  kind: "frame";
  direction: "in" | "out";
  fin: boolean;
  rsv1: boolean;
  rsv2: boolean;
  rsv3: boolean;
  opcode: number;
  /** Empty where it had not come; null where there is none. */
  masking_key: string | null;
  length_bits: 7 | 16 | 64;
  /** As it was sent, in hex. Empty where it had not come; null where there is none. */
  extended_length: string | null;
  /** What came; less than header and payload where a frame was at fault. */
  wire_size: number;
  payload_size: number;
  payload: string;
  note: string | null;
  /** Whether it is of a compressed message, and nothing is wrong with it. */
  compressed: boolean;
  /** The inflated message, on its last frame. */
  message: { size: number; payload: string } | null;
  /** The server's own ping, because nothing came, or the answer to it. */
  heartbeat: boolean;
}

export interface NotedEvent extends Common {
  kind: "noted";
  text: string;
}

export interface ClosedEvent extends Common, Ending {
  kind: "closed";
  duration: number;
  messages_in: number;
  messages_out: number;
  bytes_in: number;
  bytes_out: number;
  heartbeats: number;
}

export type Event = OpenedEvent | RefusedEvent | FrameEvent | NotedEvent | ClosedEvent;

/** What there is to know of one connection. */
export interface Detail {
  connection: Row;
  began: Began;
  /** Of pings and their pongs, oldest first. */
  round_trips: RoundTrip[];
  ending: Told | null;
}

export interface RoundTrip {
  time: number;
  round_trip: number;
}

export interface Hello {
  type: "hello";
  run: string;
  connections: Row[];
  omitted: number;
  stats: Stats;
}

export interface Events {
  type: "events";
  cursor: string;
  events: Event[];
  forgotten: number;
  skipped: number;
  restarted: boolean;
}

export interface State {
  type: "state";
  connections: Row[];
  /** Told of earlier, listed no longer. */
  gone: string[];
  omitted: number;
  stats: Stats;
}

/** To a watcher of one connection, in the place of how the others are doing. */
export interface Still {
  type: "still";
}

export type Message = Hello | Events | State | Still;
