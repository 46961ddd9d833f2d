"""The sequence diagram of a connection, for Mermaid: what clients sent stays text in it."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.peer import dial, eventually
from tests.served import Client, Serve, port_of
from webapp.dashboard import diagram
from webapp.dashboard.diagram import escaped, sequence_diagram
from webapp.dashboard.story import Story
from webapp.dashboard.visible import visible
from webapp.hub import HUB

NOON = 1_700_000_000_000_000  # 2023-11-14 22:13:20 UTC
SECOND = 1_000_000

# All that there is in a diagram. Mermaid's own entities are decimal: `#59;`.
TEXT = r"""(?:[\w .,:/?!'"()\[\]{}=+*@~|\\^`·…→▲-]|#[0-9]+;)+"""
HEAD = [
    r"%% Echoscope, connection [0-9a-f]{6}-[0-9]+, [0-9]{4}-[0-9 :.-]+ UTC",
    r"sequenceDiagram",
    r"    participant Client",
    r"    participant Server",
]
STATEMENT = (
    rf"    (?:Client(?:->>|-->>|-x)Server|Server(?:->>|-->>|-x)Client|Note over Client,Server)"
    rf": ({TEXT})"
)
# Characters and words of a text that mean something to some version of Mermaid.
MEANS_SOMETHING = re.compile(
    r"[;<>&%$\n\r]|#(?![0-9]+;)|style|classDef|ﬂ|^ | $|  |^:|^(?i:(no)?wrap)"
)


def read(text: str) -> str:
    """Read a text as Mermaid shows it."""
    return re.sub("#([0-9]+);", lambda found: chr(int(found[1])), text)


def texts_of(diagram: str) -> list[str]:
    """Check that a diagram is one, and return the texts in it."""
    assert diagram.endswith("\n")
    lines = diagram[:-1].split("\n")
    for line, pattern in zip(lines, HEAD, strict=False):
        assert re.fullmatch(pattern, line)
    texts = []
    for line in lines[len(HEAD) :]:
        found = re.fullmatch(STATEMENT, line)
        assert found, line
        without_entities = re.sub("#[0-9]+;", "\x00", found[1])
        assert not MEANS_SOMETHING.search(without_entities), line
        texts.append(read(found[1]))
    return texts


def story(*events: dict[str, Any], began: dict[str, Any] | None = None, **fields: Any) -> Story:
    """Tell of an open connection that began at noon."""
    row = {
        "id": "3fa2c1-17",
        "state": "open",
        "opened": NOON,
        "closed": None,
        "heartbeats": 0,
        "messages_in": 0,
        "messages_out": 0,
        "ending": None,
        "refusal": None,
    }
    opened = {
        "kind": "opened",
        "request": {"line": "GET /ws HTTP/1.1"},
        "response": {"line": "HTTP/1.1 101 Switching Protocols"},
        "subprotocol": None,
        "extensions": (),
    }
    others = {key: fields.pop(key) for key in ("earlier", "forgotten", "first") if key in fields}
    return Story(
        row={**row, **fields},
        began=began or opened,
        told=None,
        events=events,
        earlier=others.get("earlier", 0),
        forgotten=others.get("forgotten", False),
        first=others.get("first", ()),
    )


def frame(content: bytes = b"", opcode: int = 1, after: float = 0, **fields: Any) -> dict[str, Any]:
    """A frame as the API tells of it: from a client, whole, masked, with nothing unusual."""
    return {
        "kind": "frame",
        "time": NOON + round(after * SECOND),
        "direction": "in",
        "fin": True,
        "rsv1": False,
        "rsv2": False,
        "rsv3": False,
        "opcode": opcode,
        "masking_key": "37fa213d",
        "payload_size": len(content),
        "payload": b64encode(content).decode(),
        "note": None,
        "compressed": False,
        "message": None,
        "heartbeat": False,
        **fields,
    }


def lines_of(told: Story) -> list[str]:
    """The statements of a diagram, with what is between the handshake and the end."""
    texts_of(sequence_diagram(told))
    lines = sequence_diagram(told).splitlines()
    assert lines[4:6] == [
        "    Client->>Server: GET /ws HTTP/1.1",
        "    Server->>Client: HTTP/1.1 101 Switching Protocols",
    ]
    assert lines[-1] == "    Note over Client,Server: still open"
    return [line.strip() for line in lines[6:-1]]


def test_messages_are_solid_and_control_frames_dotted() -> None:
    answer = {"direction": "out", "masking_key": None}
    assert lines_of(
        story(
            frame(b"hello"),
            frame(b"hello", **answer),
            frame(b"\x00\xff", opcode=2),
            frame(b"1", opcode=9, heartbeat=True, **answer),
            frame(b"1", opcode=10, heartbeat=True),
            frame(b"\x03\xe8bye", opcode=8),
            heartbeats=1,
        )
    ) == [
        "Client->>Server: +0.000 s · text · hello",
        "Server->>Client: +0.000 s · text · hello",
        "Client->>Server: +0.000 s · binary · 00 ff",
        "Server-->>Client: +0.000 s · ping · 1 · heartbeat",
        "Client-->>Server: +0.000 s · pong · 1 · heartbeat",
        "Client-->>Server: +0.000 s · close · 1000 normal closure: bye",
    ]


def test_what_is_unusual_stands_on_the_arrow() -> None:
    deflated = {"payload": b64encode(b"hello").decode(), "size": 1536}
    assert lines_of(
        story(
            frame(b"in tw", fin=False),
            frame(b"o parts", opcode=0),
            frame(b""),
            frame(b"\x00" * 40, rsv1=True, compressed=True, message=deflated),
        )
    ) == [
        "Client->>Server: +0.000 s · text · no FIN · in tw",
        "Client->>Server: +0.000 s · continuation · o parts",
        "Client->>Server: +0.000 s · text · (empty)",
        "Client->>Server: +0.000 s · text · hello · deflate 40 B → 1.5 KiB",
    ]


def test_an_arrow_that_breaks_the_protocol_ends_in_a_cross() -> None:
    assert lines_of(story(frame(b"x", opcode=3, note="reserved opcode 0x3"))) == [
        "Client-xServer: +0.000 s · reserved 0x3 · x",
        "Note over Client,Server: reserved opcode 0x3",
    ]


def test_silence_is_told_from_more_than_a_second_on() -> None:
    noted = {"kind": "noted", "time": NOON + 80 * SECOND, "text": "something; else"}
    told = story(frame(b"a", after=1), frame(b"b", after=2.001), frame(b"c", after=70), noted)
    assert lines_of(told) == [
        "Client->>Server: +1.000 s · text · a",
        "Note over Client,Server: 1.0 s of silence",
        "Client->>Server: +2.001 s · text · b",
        "Note over Client,Server: 1 min 07 s of silence",
        "Client->>Server: +70.000 s · text · c",
        "Note over Client,Server: 10.0 s of silence",
        "Note over Client,Server: +80.000 s · something#59; else",
    ]


def ping(number: int, after: float) -> dict[str, Any]:
    """A ping of the server's own."""
    mine = {"direction": "out", "masking_key": None, "heartbeat": True}
    return frame(b"%d" % number, 9, after, **mine)


def test_where_pings_were_that_are_not_kept_there_is_no_silence() -> None:
    pings = ping(1, after=20), ping(2, after=40), ping(4, after=80), ping(9, after=180)
    assert lines_of(story(*pings, heartbeats=4)) == [
        "Note over Client,Server: 20.0 s of silence",
        "Server-->>Client: +20.000 s · ping · 1 · heartbeat",
        "Note over Client,Server: 20.0 s of silence",
        "Server-->>Client: +40.000 s · ping · 2 · heartbeat",
        "Note over Client,Server: 40.0 s with a heartbeat that is not kept",
        "Server-->>Client: +80.000 s · ping · 4 · heartbeat",
        "Note over Client,Server: 1 min 40 s with 4 heartbeats that are not kept",
        "Server-->>Client: +180.000 s · ping · 9 · heartbeat",
    ]


def test_pings_before_those_that_are_left_out_count_too() -> None:
    first = [BEGAN, *(frame(b"x") for _ in range(6)), ping(1, after=20)]
    lines = lines_of(story(frame(b"y", after=60), ping(2, after=80), first=first, earlier=8))
    assert lines[-3:] == [
        "Client->>Server: +60.000 s · text · y",
        "Note over Client,Server: 20.0 s of silence",
        "Server-->>Client: +80.000 s · ping · 2 · heartbeat",
    ]


@pytest.mark.parametrize(("opcode", "words"), [(8, "until TCP was closed"), (1, "of silence")])
def test_silence_before_the_end_is_told(opcode: int, words: str) -> None:
    ending = {"by": "client", "how": "end of stream", "code": 1006, "reason": ""}
    last = frame(b"\x03\xe8", opcode, after=1)
    told = story(last, ending=ending, closed=NOON + 4 * SECOND, state="closed")
    assert texts_of(sequence_diagram(told))[-2] == f"3.0 s {words}"


BEGAN = {"kind": "opened", "time": NOON}
FIRST = {"first": [BEGAN, *(frame(b"%d" % number) for number in range(7))]}


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({**FIRST, "earlier": 1241}, "1,234 frames not drawn"),
        ({**FIRST, "earlier": 8}, "1 frame not drawn"),
        ({"forgotten": True}, "earlier frames not drawn"),
        ({"forgotten": True, "messages_in": 5}, "at least 4 frames not drawn"),
        ({"forgotten": True, "messages_in": 5, "earlier": 6}, "at least 6 frames not drawn"),
        (
            {**FIRST, "earlier": 9, "heartbeats": 9},
            "2 frames not drawn, 0 of 9 heartbeats are drawn",
        ),
    ],
)
def test_what_is_left_out_is_told(fields: dict[str, Any], note: str) -> None:
    """And what is behind it is no silence: something may have passed."""
    assert lines_of(story(frame(b"a", after=100), **fields)) == [
        *(f"Client->>Server: +0.000 s · text · {n}" for n in range(7) if "first" in fields),
        f"Note over Client,Server: … {note} …",
        "Client->>Server: +100.000 s · text · a",
    ]


@pytest.mark.parametrize("number", [67, 68])
def test_of_many_frames_the_first_and_the_newest_are_drawn(number: int) -> None:
    texts = texts_of(sequence_diagram(story(BEGAN, *(frame(b"%d" % n) for n in range(number)))))
    shown = [text.rpartition(" · ")[2] for text in texts[2:-1]]
    note = ["… 1 frame not drawn …"] if number == 68 else []
    assert shown == [*map(str, range(7)), *note, *map(str, range(number - 60, number))]


def test_the_page_draws_by_the_same_rule() -> None:
    scripts = Path(__file__).parents[2] / "static/js"
    story_js = (scripts / "feed/story.js").read_text()
    rows_js = (scripts / "connection/diagram-rows.js").read_text()
    assert f"const FIRST = {diagram.FIRST_EVENTS};" in story_js
    assert f"const NEWEST = {diagram._NEWEST};" in rows_js
    assert f"const SILENCE = {diagram._SILENCE / 1e6:g}e6;" in rows_js


def test_payloads_are_cut_to_what_fits() -> None:
    (line,) = lines_of(story(frame(b"x" * 61)))
    assert line == f"Client->>Server: +0.000 s · text · {'x' * 60}…"
    (line,) = lines_of(story(frame(b"x" * 60)))
    assert line == f"Client->>Server: +0.000 s · text · {'x' * 60}"


def test_what_was_negotiated_and_how_it_ended_is_told() -> None:
    began = {
        "kind": "opened",
        "request": {"line": "GET /ws?" + "q" * 200 + " HTTP/1.1"},
        "response": {"line": "HTTP/1.1 101 Switching Protocols"},
        "subprotocol": "chat",
        "extensions": ("permessage-deflate; server_max_window_bits=12",),
    }
    ending = {"by": "client", "how": "closing handshake", "code": 1000, "reason": "a;b"}
    told = story(began=began, ending=ending, closed=NOON + 90 * SECOND, state="closed")
    assert sequence_diagram(told).splitlines()[4:] == [
        f"    Client->>Server: GET /ws?{'q' * 112}…",
        "    Server->>Client: HTTP/1.1 101 Switching Protocols · subprotocol chat · "
        "permessage-deflate",
        "    Note over Client,Server: 1 min 30 s of silence",
        "    Note over Client,Server: 1 min 30 s · client closed, 1000 normal closure: a#59;b",
    ]


@pytest.mark.parametrize(
    ("line", "shown"), [("GET / HTTP/1.1",) * 2, ("", "what is no HTTP request")]
)
def test_a_refused_request_is_an_arrow_and_a_cross(line: str, shown: str) -> None:
    refusal = {"status": 403, "check": "origin", "reason": "No entry; none."}
    began = {"kind": "refused", "request": {"line": line}, "refusal": refusal}
    told = story(began=began, refusal=refusal, state="refused")
    assert sequence_diagram(told).splitlines()[4:] == [
        f"    Client->>Server: {shown}",
        "    Server-xClient: refused with 403 · origin",
        "    Note over Client,Server: No entry#59; none.",
    ]
    assert texts_of(sequence_diagram(told))[-1] == "No entry; none."


def test_a_connection_that_is_closing_is_not_called_open() -> None:
    assert texts_of(sequence_diagram(story(state="closing")))[-1] == (
        "the closing handshake has begun"
    )


HOSTILE = [
    "a;b", "#35;", "#lt;b#gt;", "a:b", "<b>", "&lt;", "100%", "%%{init: {}}%%", "a\nb", "end",
    "\"q\" 'q'", "$$x^2$$", "style a:#b;", "classDef a:#b;#c;", "wrap: a", "nowrap:a", ":wrap:",
    "ﬂ°°60¶ß", "-->>", "Note over Client: x", "  two  spaces  ", " ", "\u202egnp.exe", "🙂", "`",
    "<script>hit()</script>", "click a hit()", "{{x}}", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_what_they_were(text: str) -> None:
    told = story(frame(text.encode("utf-8", "surrogatepass")))
    assert texts_of(sequence_diagram(told))[2:3] == [
        "+0.000 s · text · "
        + visible(text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
    ]


@pytest.mark.parametrize("text", [*HOSTILE, "Wrap: a", " a", "a ", "NoWrap: a"])
def test_hostile_texts_are_what_they_were_also_at_the_start_of_a_note(text: str) -> None:
    """Where Mermaid takes some words for instructions."""
    noted = {"kind": "noted", "time": NOON, "text": text}
    assert texts_of(sequence_diagram(story(noted)))[2] == f"+0.000 s · {visible(text)}"


@given(st.text())
def test_any_text_comes_back_from_its_escapes(text: str) -> None:
    shown = visible(text)
    written = escaped(shown)
    assert read(written) == shown
    if written:
        assert texts_of("\n".join([*EMPTY, f"    Note over Client,Server: {written}", ""])) == [
            shown
        ]


EMPTY = [
    "%% Echoscope, connection 3fa2c1-17, 2023-11-14 22:13:20.000000 UTC",
    "sequenceDiagram",
    "    participant Client",
    "    participant Server",
]
ALPHABET = st.text(alphabet="styleclassDefnowrap:#;<&%$ﬂ° \n1l-x")


@given(ALPHABET, ALPHABET, ALPHABET, st.binary(max_size=130))
def test_whatever_a_client_sends_it_stays_text(
    line: str, subprotocol: str, reason: str, payload: bytes
) -> None:
    began = {
        "kind": "opened",
        "request": {"line": f"GET {line} HTTP/1.1"},
        "response": {"line": "HTTP/1.1 101 Switching Protocols"},
        "subprotocol": subprotocol or None,
        "extensions": (subprotocol,),
    }
    ending = {"by": "client", "how": "closing handshake", "code": 4000, "reason": reason}
    frames = [frame(payload, opcode) for opcode in (0, 1, 2, 8, 9, 10, 3)]
    told = story(*frames, began=began, ending=ending, closed=NOON, state="closed")
    texts = texts_of(sequence_diagram(told))
    assert len(texts) == 2 + len(frames) + 1
    assert texts[0] == visible(f"GET {line} HTTP/1.1")
    assert texts[-1] == "0.00 ms · " + visible(
        f"client closed, 4000 private use{f': {reason}' if reason else ''}"
    )


async def diagram_of(client: Client, name: str = "", method: str = "GET") -> tuple[int, str, str]:
    """Return status, content type and text of a diagram, by default of the only connection."""
    hub = client.app[HUB]
    name = name or hub.summaries(1, 1)[0].id
    async with client.request(method, f"/connections/{name}/diagram.mmd") as response:
        if response.status == 200:
            assert response.headers["Content-Disposition"] == (
                f'inline; filename="connection-{name}.mmd"'
            )
        return response.status, response.headers["Content-Type"], await response.text()


async def test_the_server_draws_what_happened(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client), "/ws?a=1", ("Sec-WebSocket-Protocol", "chat")) as peer:
        peer.send(0x1, b"Bonjour serveur")
        await peer.receive()
        peer.send(0x9, b"?")
        await peer.receive()
        peer.send(0x8, b"\x03\xe8done")
        await peer.rest()
    await eventually(lambda: not client.app[HUB].stats().open)
    status, content_type, text = await diagram_of(client)
    assert (status, content_type) == (200, "text/vnd.mermaid; charset=utf-8")
    assert len(texts_of(text)) == 9
    assert [re.sub(r"\+0\.\d{3}", "+0.000", line) for line in text.splitlines()[4:-1]] == [
        "    Client->>Server: GET /ws?a=1 HTTP/1.1",
        "    Server->>Client: HTTP/1.1 101 Switching Protocols · subprotocol chat",
        "    Client->>Server: +0.000 s · text · Bonjour serveur",
        "    Server->>Client: +0.000 s · text · Bonjour serveur",
        "    Client-->>Server: +0.000 s · ping · ?",
        "    Server-->>Client: +0.000 s · pong · ?",
        "    Client-->>Server: +0.000 s · close · 1000 normal closure: done",
        "    Server-->>Client: +0.000 s · close · 1000 normal closure",
    ]
    assert texts_of(text)[-1].endswith("ms · client closed, 1000 normal closure: done")
    assert (await diagram_of(client, method="HEAD"))[::2] == (200, "")


async def test_of_a_long_conversation_beginning_and_end_are_drawn(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        for number in range(150):
            await peer.echoed(b"%03d" % number)
        _, _, text = await diagram_of(client)
    texts = texts_of(text)
    shown = [text.partition(" · ")[2] for text in texts]
    assert len(texts) == 2 + 7 + 1 + 60 + 1
    assert shown[2:4] == [f"binary · {b'000'.hex(' ')}"] * 2
    assert texts[9] == "… 233 frames not drawn …"
    assert shown[10] == f"binary · {b'120'.hex(' ')}"
    assert shown[-2] == f"binary · {b'149'.hex(' ')}"
    assert texts[-1] == "still open"


@pytest.mark.parametrize("name", ["0a1b2c-1", "nonsense", "a%2Fb", "%0d%0aSet-Cookie:x"])
async def test_there_is_none_of_what_is_not_known(serve: Serve, name: str) -> None:
    client = await serve()
    status, content_type, text = await diagram_of(client, name)
    assert (status, content_type) == (404, "text/plain; charset=utf-8")
    assert text == "There is no such connection, or it is forgotten.\n"
