"""What tshark, which knows nothing of this project, finds in a capture."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from tests.truth.capturing import tool

__all__ = ["RSV1", "Dissection", "WireFrame", "dissect"]


RSV1 = 4  # of the three reserved bits as a number


class WireFrame(NamedTuple):
    """A frame, by whoever tells of it."""

    fin: bool
    rsv: int  # the three bits as a number
    opcode: int
    masking_key: str | None
    length_bits: int
    size: int
    payload: bytes
    inflated: bytes | None  # the text that it is, if it is a whole one and compressed


class Dissection(NamedTuple):
    """The frames of a capture, by client and direction, and how they lay in its segments."""

    frames: dict[tuple[str, str], list[WireFrame]]
    most_in_one: int  # frames of a client that one segment ended
    most_for_one: int  # segments that it took for a frame below 1 KiB


async def dissect(capture: Path, port: int) -> Dissection:
    """Have tshark find the WebSocket frames that went to and from a port."""
    arguments = (
        *("-n", "-r", str(capture), "-d", f"tcp.port=={port},http", "-Y", "websocket"),
        # JSON, with all fields' bytes as hexadecimal digits.
        *("-T", "json", "-x", "--no-duplicate-keys", "-J", "tcp tcp.segments websocket"),
    )
    tshark = await asyncio.create_subprocess_exec(
        tool("tshark"), *arguments, stdout=PIPE, stderr=PIPE
    )
    found, complaints = await tshark.communicate()
    assert tshark.returncode == 0, complaints
    frames: dict[tuple[str, str], list[WireFrame]] = defaultdict(list)
    most_in_one = most_for_one = 0
    for packet in json.loads(found):
        layers = packet["_source"]["layers"]
        source, target = layers["tcp"]["tcp.srcport"], layers["tcp"]["tcp.dstport"]
        direction, client = ("out", target) if source == str(port) else ("in", source)
        here = [_frame(fields) for fields in _several(layers["websocket"])]
        frames[f"127.0.0.1:{client}", direction] += here
        if direction == "in":
            most_in_one = max(most_in_one, len(here))
            if here[0].size < 1024:
                segments = layers.get("tcp.segments", {}).get("tcp.segment.count", 1)
                most_for_one = max(most_for_one, int(segments))
    return Dissection(dict(frames), most_in_one, most_for_one)


def _frame(fields: dict[str, Any]) -> WireFrame:
    key = fields.get("websocket.masking_key_raw")
    payload = fields.get("websocket.payload_raw")
    extended = {bits: fields.get(f"websocket.payload_length_ext_{bits}") for bits in (16, 64)}
    bits = next((bits for bits, size in extended.items() if size), 7)
    rsv = int(fields["websocket.rsv"], 16)
    inside = fields.get("websocket.payload") or {}  # an empty text where there is nothing inside
    text = inside.get("websocket.payload.text_raw")
    assert (key is not None) == (fields["websocket.mask"] == "1")
    return WireFrame(
        fin=fields["websocket.fin"] == "1",
        rsv=rsv,
        opcode=int(fields["websocket.opcode"]),
        masking_key=key and key[0],
        length_bits=bits,
        size=int(extended.get(bits) or fields["websocket.payload_length"]),
        payload=bytes.fromhex(payload[0]) if payload else b"",  # unmasked by tshark
        inflated=bytes.fromhex(text[0]) if text and rsv & RSV1 else None,
    )


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
