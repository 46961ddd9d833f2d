"""What the journal tells is what was on the wire: held against a capture, dissected by tshark."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.truth.capturing import capturing
from tests.truth.dissection import WireFrame, dissect
from tests.truth.session import take_leave, talk
from webapp import Config, create_app
from webapp.dashboard.encode import event_shape
from webapp.dashboard.eventshapes import Event, FrameEvent
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

TEXT = 0x1

pytestmark = pytest.mark.capture


def told(events: Iterable[Event]) -> dict[tuple[str, str], list[WireFrame]]:
    """The frames among events in the shape that the API and the page get, by client and way."""
    peers: dict[str, str] = {}
    frames: dict[tuple[str, str], list[WireFrame]] = defaultdict(list)
    for event in events:
        if event["kind"] == "opened":
            peers[event["connection"]] = event["peer"]
        elif event["kind"] == "frame":
            frames[peers[event["connection"]], event["direction"]].append(_frame(event))
    return dict(frames)


def _frame(shape: FrameEvent) -> WireFrame:
    # tshark inflates texts in one frame, too; of others it gives the bytes elsewhere or not at all.
    compressed = shape["rsv1"] and shape["fin"] and shape["opcode"] == TEXT
    return WireFrame(
        fin=shape["fin"],
        rsv=shape["rsv1"] << 2 | shape["rsv2"] << 1 | shape["rsv3"],
        opcode=shape["opcode"],
        masking_key=shape["masking_key"],
        length_bits=shape["length_bits"],
        size=shape["payload_size"],
        payload=b64decode(shape["payload"]),
        inflated=b64decode(shape["message"]["payload"]) if compressed else None,
    )


async def test_the_journal_tells_what_was_on_the_wire(aiohttp_client: Any, tmp_path: Path) -> None:
    """Frame for frame: direction, FIN, RSV, opcode, mask and its key, length, payload."""
    app = create_app(Config.model_validate({"journal": {"payload": 100_000}}))
    client = await aiohttp_client(app)
    port = client.port
    async with capturing(port) as capture:
        await talk(port, app[HUB])
        async with client.get("/api/events", params={"limit": "1000"}) as response:
            answered = told((await response.json())["events"])
        left = await take_leave(port)
        await client.server.close()
        await left
        await capture.catch_up()
    file = tmp_path / "session.pcapng"
    file.write_bytes(capture.data)
    seen = await dissect(file, port)
    journal = told(event_shape(*event) for event in app[JOURNAL].read(limit=1000).events)
    assert journal.keys() == seen.frames.keys()
    for way, frames in seen.frames.items():
        assert journal[way] == frames, way
    # The API has told the same, but for the goodbye, at which it was gone.
    assert answered == {way: journal[way] for way in answered}
    assert len(journal) - len(answered) == 2
    # It would prove nothing had the session been less mixed than it was meant to be.
    assert seen.most_in_one > 5
    assert seen.most_for_one == 5
    everything = [(way, frame) for (_, way), frames in seen.frames.items() for frame in frames]
    assert {(way, frame.opcode) for way, frame in everything} >= {
        *(("in", opcode) for opcode in (0x0, 0x1, 0x2, 0x3, 0x8, 0x9, 0xA)),
        *(("out", opcode) for opcode in (0x1, 0x2, 0x8, 0x9, 0xA)),
    }
    assert {(way, frame.length_bits) for way, frame in everything} == {
        (way, bits) for way in ("in", "out") for bits in (7, 16, 64)
    }
    assert {way for way, frame in everything if frame.inflated} == {"in", "out"}
    assert {frame.masking_key is None for way, frame in everything if way == "in"} == {True, False}
    codes = {frame.payload[:2] for way, frame in everything if (way, frame.opcode) == ("out", 8)}
    assert codes == {b"", b"\x03\xe8", b"\x03\xe9", b"\x03\xea", b"\x03\xef", b"\x0b\xb8"}
