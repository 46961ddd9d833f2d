"""Whatever clients send, the log has a line for each event, and nothing but text in it."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote_from_bytes, urlsplit

import pytest

from tests.command import PATIENCE, serving
from tests.peer import frame, handshake

FORGED = "2001-02-03T04:05:06.789Z info webapp.hub: forged"

HOSTILE = {
    "line ends": f"x\r\n{FORGED}\r\n".encode(),
    "a line feed": f"x\n{FORGED}\n".encode(),
    "a carriage return": f"x\r{FORGED}\r".encode(),
    "the end of a head": f"x\r\n\r\n{FORGED}\r\n".encode(),
    "a member of an object": f'x", "level": "error"}}\n{{"message": "{FORGED}'.encode(),
    "ANSI escapes": b"x\x1b[2J\x1b[31mred\x1b]0;title\x07\x08\x7f",
    "other controls": bytes({*range(1, 32)} - {0x0A, 0x0D}),
    "a NUL": b"before\0after",
    "bidirectional": "x\u202eevil\u2066\u061c".encode(),
    "zero width": "x\u200b\u200d\ufeff\xad\u2060".encode(),
    "separators": f"x\u2028{FORGED}\u2029{FORGED}\x85{FORGED}\x0b\x0c".encode(),
    "C1 controls": "\x80\x85\x9b31m\x9f".encode(),
    "bytes that are no UTF-8": bytes(range(0x80, 0x100)),
    "surrogates": "\ud800\udfff\udcff".encode(errors="surrogatepass"),
    "beyond the plane": "\U000e0041\U0010ffff\ue000".encode(),
    "formatting": b"%s %(message)s %d {0} \\n \\x1b $(id) `id`",
}


def in_header(name: str, before: bytes = b"") -> Callable[[int, bytes], bytes]:
    def build(port: int, hostile: bytes) -> bytes:
        return handshake("/ws", port, (name, before + hostile))

    return build


def in_target(before: str, *, encode: bool) -> Callable[[int, bytes], bytes]:
    def build(port: int, hostile: bytes) -> bytes:
        sent = quote_from_bytes(hostile, safe="").encode() if encode else hostile
        return handshake(f"{before}PLACE", port).replace(b"PLACE", sent)

    return build


def in_method(port: int, hostile: bytes) -> bytes:
    return handshake("/ws", port).replace(b"GET", b"GET" + hostile, 1)


def in_version(port: int, hostile: bytes) -> bytes:
    return handshake("/ws", port).replace(b"HTTP/1.1", b"HTTP/1.1" + hostile, 1)


def in_close(port: int, hostile: bytes) -> bytes:
    reason = hostile.decode(errors="replace").encode()[:120].decode(errors="ignore").encode()
    return handshake("/ws", port) + frame(0x8, (1000).to_bytes(2) + reason)


PLACES = {
    "User-Agent": in_header("User-Agent"),
    "Origin": in_header("Origin", b"https://"),
    "Host": in_header("Host"),
    "a header": in_header("X-Anything"),
    "subprotocol": in_header("Sec-WebSocket-Protocol", b"chat "),
    "key": in_header("Sec-WebSocket-Key"),
    "version": in_header("Sec-WebSocket-Version"),
    "extensions": in_header("Sec-WebSocket-Extensions", b"; "),
    "upgrade": in_header("Upgrade", b"websocket, "),
    "connection": in_header("Connection"),
    "Sec-Fetch-Site": in_header("Sec-Fetch-Site"),
    "forwarded": in_header("X-Forwarded-For"),
    "query": in_target("/ws?x=", encode=False),
    "encoded query": in_target("/ws?x=", encode=True),
    "path": in_target("/nowhere/", encode=False),
    "encoded path": in_target("/nowhere/", encode=True),
    "method": in_method,
    "HTTP version": in_version,
    "close reason": in_close,
}

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) ([\w.]+): (.+)"
)


def send(port: int, data: bytes) -> bytes:
    """Send what is no more than one request, leave in order if it was let in; return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(data + frame(0x8, (1000).to_bytes(2)))
        answer = b""
        try:
            while received := client.recv(4096):
                answer += received
        except ConnectionError:
            pass  # it had more to say than the server wanted to hear
    return answer


def messages(log: str, style: str) -> Iterator[tuple[str, str]]:
    """The loggers and messages of a log, of which each line has to be an event."""
    *lines, end = log.split("\n")
    assert end == ""
    for line in lines:
        assert line.isprintable()
        assert not line.startswith(FORGED[:20])
        if style == "json":
            event = json.loads(line)
            assert event.keys() == {"time", "level", "logger", "message"}
            assert event["level"] in ("debug", "info", "warning")
            yield event["logger"], event["message"]
        else:
            event = LINE.fullmatch(line)
            assert event is not None
            assert event[1] != "error"
            yield event[2], event[3]


def kind_of(message: str) -> str:
    return next((kind for kind in (" refused with ", " ended by ") if kind in message), "other")


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_line_of_the_log_is_an_event_whatever_is_sent(tmp_path: Path, style: str) -> None:
    settings = {"ECHOSCOPE_LOGGING__LEVEL": "debug", "ECHOSCOPE_LOGGING__FORMAT": style}
    with serving("--port", "0", cwd=tmp_path, env=settings) as server:
        _, log = server.end(signal.SIGINT)
    quiet = list(messages(log, style))
    assert quiet

    with serving("--port", "0", cwd=tmp_path, env=settings) as server:
        port = urlsplit(server.page).port
        assert port is not None
        answers = [
            send(port, build(port, hostile))
            for build, hostile in product(PLACES.values(), HOSTILE.values())
        ]
        status, log = server.end(signal.SIGINT)
    assert status == 0
    statuses = Counter(answer[9:12] for answer in answers)
    assert not {b"", b"500"} & statuses.keys()
    # Each of them once, and what is always said.
    kinds = Counter(kind_of(message) for _, message in messages(log, style))
    assert kinds[" ended by "] == statuses[b"101"]
    assert kinds[" refused with "] == len(answers) - statuses[b"101"]
    assert kinds["other"] == len(quiet)
    assert statuses[b"101"] > 50
    assert statuses.keys() >= {b"101", b"400", b"403", b"404", b"421", b"426"}
