"""What a peer may send, from flawless to noise, for hypothesis to draw from."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from tests.wire.conversing import CLOSE
from tests.wire.frames import client_frame

__all__ = ["CODES", "HALVES", "LIMIT", "floods", "keys"]

CONTINUATION, TEXT, BINARY, PING, PONG = 0x0, 0x1, 0x2, 0x9, 0xA
LIMIT = 200  # bytes of a message, for those who are to have a limit

TEXTS = ["", "plain", "größe", "€", "𝄞 and more", "x" * 130]
# What no text can hold, or what has to go on.
HALVES = [
    bytes.fromhex(half) for half in ("ff", "c3", "e282", "eda0", "eda080", "f09d", "f490", "9f")
]
CODES = [0, 999, *range(1000, 1017), 2999, 3000, 4999, 5000, 65535]  # of closes, at every edge

payloads = st.one_of(
    st.sampled_from(TEXTS).map(str.encode),
    st.sampled_from(HALVES),
    st.binary(max_size=12),
    st.sampled_from([0, 1, 125, 126, 127, LIMIT - 1, LIMIT, LIMIT + 1]).map(bytes),
)
keys = st.binary(min_size=4, max_size=4)
controls = st.builds(client_frame, st.sampled_from([PING, PONG]), st.binary(max_size=125), key=keys)
closes = st.builds(
    lambda code, reason, key: client_frame(CLOSE, code + reason, key=key),
    st.one_of(st.sampled_from(CODES), st.integers(0, 65535)).map(lambda code: code.to_bytes(2)),
    st.one_of(st.sampled_from([b"", b"bye", "größe".encode()]), st.binary(max_size=5)),
    keys,
) | st.binary(max_size=1).map(lambda payload: client_frame(CLOSE, payload))


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A message in fragments, with control frames between them."""
    opcode = draw(st.sampled_from([TEXT, BINARY]))
    text = st.sampled_from(TEXTS).map(str.encode)
    whole = draw(text if opcode == TEXT else payloads)
    cuts = draw(st.lists(st.integers(0, len(whole)), max_size=4).map(sorted))
    parts = [whole[start:stop] for start, stop in pairwise([0, *cuts, len(whole)])]
    frames = b""
    for index, part in enumerate(parts):
        fin = index == len(parts) - 1
        frames += client_frame(opcode if index == 0 else 0, part, fin=fin, key=draw(keys))
        if not fin and draw(st.booleans()):
            frames += draw(controls)
    return frames


@st.composite
def odd_frames(draw: st.DrawFn) -> bytes:
    """A frame of which nothing need be right."""
    payload = draw(payloads)
    bits = {7: 125, 16: 65535, 64: 1 << 63}
    return client_frame(
        draw(st.integers(0, 15)),
        payload,
        fin=draw(st.booleans()),
        rsv=draw(st.sampled_from([0, 0, 0, 0, 1, 2, 4, 7])),
        key=draw(st.one_of(keys, keys, keys, st.none())),
        bits=draw(
            st.sampled_from([None, None, None, *(b for b in bits if len(payload) <= bits[b])])
        ),
    )


@st.composite
def floods(draw: st.DrawFn) -> bytes:
    """What a peer sends, from flawless to noise, and now and then with a bit that fell over."""
    parts = st.one_of(
        messages(), messages(), controls, odd_frames(), closes, st.binary(max_size=20)
    )
    data = b"".join(draw(st.lists(parts, max_size=8)))
    if data and draw(st.integers(0, 3)) == 0:
        place, bit = draw(st.integers(0, len(data) - 1)), draw(st.integers(0, 7))
        data = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 3)) == 0 else data
