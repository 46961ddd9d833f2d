// An echo with npm's ws at /ws. It takes any free port and prints it.
"use strict";

const { WebSocketServer } = require("ws");

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  path: "/ws",
  perMessageDeflate: true,
});
server.on("listening", () => console.log(server.address().port));
server.on("connection", (socket) => {
  // What a client does wrong ends its connection, and would end this process if nobody listened.
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
