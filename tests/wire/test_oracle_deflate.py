"""Compressed messages come back right, whatever was agreed upon: zlib and wsproto as clients.

What a client may offer and what this server may want make some hundreds of combinations; all of
them are tried. The clients know nothing but the header field that they were answered with.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import parse_extension
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate
from wsproto.frame_protocol import FrameProtocol

from tests.wire.conversing import CONTROL, RSV1, converse, walk
from tests.wire.frames import client_frame
from tests.wire.inflating import Inflater
from webapp.wire.extensions import PerMessageDeflate, negotiate_deflate
from webapp.wire.settings import DeflateSettings, StreamSettings

CONTINUATION, TEXT, BINARY, PING, PONG = 0x0, 0x1, 0x2, 0x9, 0xA
TAIL = b"\x00\x00\xff\xff"  # of every message, and not sent (RFC 7692 §7.2.1)


# What is offered, and what is wanted


def parameter(name: str, values: list[int | str | None]) -> list[str]:
    """A parameter in all its forms: None is without it, "" without a value."""
    return [
        "" if value is None else f"; {name}" if value == "" else f"; {name}={value}"
        for value in values
    ]


OFFERS = [
    "permessage-deflate" + "".join(parameters)
    for parameters in product(
        parameter("server_no_context_takeover", [None, ""]),
        parameter("client_no_context_takeover", [None, ""]),
        parameter("server_max_window_bits", [None, 9, 11, 15]),
        parameter("client_max_window_bits", [None, "", 8, 9, 11, 15]),
    )
]
WANTED = {
    f"{bits} bits{' and takeover' if takeover else ''}": DeflateSettings(
        window_bits=bits, context_takeover=takeover, threshold=0
    )
    for bits, takeover in product((9, 12, 15), (True, False))
}
all_wanted = pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED.keys())


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a client reads in the answer (RFC 7692 §7.1)."""

    server_takeover: bool
    client_takeover: bool
    server_bits: int
    client_bits: int

    @classmethod
    def read(cls, header: str) -> Agreed:
        name, *parameters = (part.strip() for part in header.split(";"))
        assert name == "permessage-deflate"
        values = dict(part.partition("=")[::2] for part in parameters)
        assert len(values) == len(parameters)
        assert values.keys() <= {
            *("server_no_context_takeover", "client_no_context_takeover"),
            *("server_max_window_bits", "client_max_window_bits"),
        }
        return cls(
            server_takeover="server_no_context_takeover" not in values,
            client_takeover="client_no_context_takeover" not in values,
            server_bits=int(values.get("server_max_window_bits", 15)),
            client_bits=int(values.get("client_max_window_bits", 15)),
        )


def agree(offer: str, wanted: DeflateSettings) -> PerMessageDeflate:
    agreed = negotiate_deflate([offer], wanted)
    assert agreed is not None, offer
    return agreed


@all_wanted
def test_every_answer_is_one_that_the_offer_allows_and_that_is_wanted(
    wanted: DeflateSettings,
) -> None:
    """By RFC 7692 §7.1, and by what websockets, as a client that made the offer, says of it."""
    for offer in OFFERS:
        header = agree(offer, wanted).header
        answer, offered = Agreed.read(header), dict(parse_extension(offer)[0][1])
        limit = offered.get("server_max_window_bits")
        assert answer.server_bits <= min(wanted.window_bits, int(limit or 15))
        assert "client_max_window_bits" in offered or "client_max_window_bits" not in header
        limit = offered.get("client_max_window_bits")
        if "client_max_window_bits" in offered:
            assert answer.client_bits <= min(wanted.window_bits, int(limit or 15))
        assert not ("server_no_context_takeover" in offered and answer.server_takeover)
        assert wanted.context_takeover or not (answer.server_takeover or answer.client_takeover)
        bits = offered.get("client_max_window_bits", 0)
        if bits == "8":
            continue  # which it would not offer itself
        client = ClientPerMessageDeflateFactory(
            server_no_context_takeover="server_no_context_takeover" in offered,
            client_no_context_takeover="client_no_context_takeover" in offered,
            server_max_window_bits=int(offered.get("server_max_window_bits") or 0) or None,
            client_max_window_bits=True if bits is None else int(bits) or None,
        )
        client.process_response_params(parse_extension(header)[0][1], [])


# A client that is nothing but zlib


class Client:
    """Deflates messages and inflates answers as it was answered that it may."""

    def __init__(self, agreed: Agreed) -> None:
        self._agreed = agreed
        self._deflater: zlib._Compress | None = None
        self._inflater: zlib._Decompress | None = None

    def deflate(self, message: bytes, level: int, flush: int, parts: int) -> bytes:
        """Deflate in several parts; ``flush`` is the mode in which each of them ends."""
        step = len(message) // parts + 1
        found = b""
        for at in range(0, parts * step, step):
            if self._deflater is None:
                bits = max(9, self._agreed.client_bits)  # zlib knows no smaller windows
                self._deflater = zlib.compressobj(level, zlib.DEFLATED, -bits)
            found += self._deflater.compress(message[at : at + step])
            found += self._deflater.flush(flush)
            if flush == zlib.Z_FINISH:
                self._deflater = None
        if flush == zlib.Z_FINISH:
            found += b"\x00" + TAIL  # an empty block behind the final one (§7.2.3.4)
        if not self._agreed.client_takeover:
            self._deflater = None
        assert found.endswith(TAIL)
        return found[: -len(TAIL)]

    def inflate(self, data: bytes) -> bytes:
        if self._inflater is None or not self._agreed.server_takeover:
            self._inflater = zlib.decompressobj(-self._agreed.server_bits)
        found = self._inflater.decompress(data + TAIL)
        assert not self._inflater.eof
        return found


def echoes(
    agreed: PerMessageDeflate, data: bytes, cuts: list[int]
) -> tuple[list[tuple[int, bytes]], list[bool], int | None]:
    """Return what comes back, inflated; what of it came compressed; the code of a failure."""
    chunks = [data[start:stop] for start, stop in pairwise([0, *sorted(cuts), len(data)])]
    settings = StreamSettings(max_message_size=1 << 20)
    found = asyncio.run(converse(chunks, settings=settings, deflate=agreed))
    client = Client(Agreed.read(agreed.header))
    frames = [frame for frame in walk(bytes(found.line.sent)) if not frame.head & CONTROL]
    compressed = [bool(frame.head & RSV1) for frame in frames]
    answers = [
        (frame.opcode, client.inflate(frame.payload) if is_compressed else frame.payload)
        for frame, is_compressed in zip(frames, compressed, strict=True)
    ]
    return answers, compressed, found.code


NOISE = bytes((number * number * 31 + number // 7) & 0xFF for number in range(3000))
MESSAGES = [
    b"the same again, ",
    b"the same again, the same again",
    NOISE,
    b"",
    NOISE * 2,
    b"x" * 9000,
]


@all_wanted
@pytest.mark.parametrize(
    "flush", [zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_FINISH], ids=["sync", "full", "final"]
)
def test_messages_come_back_whatever_is_agreed_upon(wanted: DeflateSettings, flush: int) -> None:
    """In one frame and in several; in final blocks, too; and compressed, where that helps."""
    for offer in OFFERS:
        agreed = agree(offer, wanted)
        client = Client(Agreed.read(agreed.header))
        data = b""
        for index, message in enumerate(MESSAGES):
            deflated = client.deflate(message, 6, flush, 1 + index % 3)
            half = len(deflated) // 2 if index % 2 else len(deflated)
            data += client_frame(BINARY, deflated[:half], rsv=4, fin=half == len(deflated))
            if half < len(deflated):
                data += client_frame(PING) + client_frame(CONTINUATION, deflated[half:])
        answers, compressed, code = echoes(agreed, data, [])
        assert (code, answers) == (None, [(BINARY, message) for message in MESSAGES]), offer
        assert compressed[1]
        assert compressed[-1]


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """What deflates well, or badly, refers far back, or is nothing at all."""
    word = draw(st.sampled_from([b"ab", b"echo ", NOISE[:40], NOISE[:700], "größe ".encode()]))
    return draw(st.binary(max_size=30)) + word * draw(st.integers(0, 60))


@given(
    st.sampled_from(OFFERS),
    st.sampled_from([*WANTED.values()]),
    st.lists(messages(), min_size=1, max_size=6),
    st.data(),
)
def test_any_messages_in_any_fragments_come_back(
    offer: str, wanted: DeflateSettings, sent: list[bytes], source: st.DataObject
) -> None:
    """Each of them compressed or not, at any level, in any blocks, cut in any way."""
    agreed = agree(offer, wanted)
    client = Client(Agreed.read(agreed.header))
    data = b""
    for message in sent:
        rsv, payload = 0, message
        if source.draw(st.integers(0, 3)):
            level = source.draw(st.sampled_from([0, 1, 9]))
            flush = source.draw(st.sampled_from([zlib.Z_SYNC_FLUSH, zlib.Z_FINISH]))
            payload = client.deflate(message, level, flush, source.draw(st.integers(1, 4)))
            rsv = 4
        cuts = source.draw(st.lists(st.integers(0, len(payload)), max_size=3).map(sorted))
        parts = [payload[start:stop] for start, stop in pairwise([0, *cuts, len(payload)])]
        for index, part in enumerate(parts):
            first, last = index == 0, index == len(parts) - 1
            opcode = BINARY if first else CONTINUATION
            data += client_frame(opcode, part, rsv=rsv if first else 0, fin=last)
            data += source.draw(st.sampled_from([b"", b"", client_frame(PONG, b"between")]))
    cuts = source.draw(st.lists(st.integers(0, len(data)), max_size=6))
    answers, _, code = echoes(agreed, data, cuts)
    assert (code, answers) == (None, [(BINARY, message) for message in sent])


# What is not as it should be


@given(messages(), st.sampled_from([0, 1, 9]), st.data())
def test_what_zlib_cannot_inflate_is_1007_and_what_it_can_comes_back(
    message: bytes, level: int, source: st.DataObject
) -> None:
    """However the bytes were damaged, and cut."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
    payload = bytearray(deflater.compress(message) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
    for _ in range(source.draw(st.integers(0, 3))):
        place = source.draw(st.integers(0, len(payload) - 1))
        payload[place] = source.draw(st.integers(0, 255))
    inflater = Inflater(takeover=False)
    try:
        expected = [(BINARY, inflater(bytes(payload)))]
    except zlib.error:
        expected = []
    data = client_frame(BINARY, bytes(payload), rsv=4)
    cuts = source.draw(st.lists(st.integers(0, len(data)), max_size=6))
    agreed = agree("permessage-deflate", DeflateSettings(window_bits=15))
    answers, _, code = echoes(agreed, data, cuts)
    assert (answers, code) == (expected, None if expected else 1007)


# wsproto as the client


@given(
    st.sampled_from([offer for offer in OFFERS if "client_max_window_bits=8" not in offer]),
    st.sampled_from([*WANTED.values()]),
    st.lists(st.one_of(messages(), st.text(max_size=100)), max_size=5),
)
def test_wsproto_reads_what_it_sent(
    offer: str, wanted: DeflateSettings, sent: list[bytes | str]
) -> None:
    agreed = agree(offer, wanted)
    deflate = WsprotoDeflate()
    deflate.finalize(agreed.header)
    client = FrameProtocol(client=True, extensions=[deflate])
    data = b""
    for message in sent:
        half = len(message) // 2
        data += client.send_data(message[:half], fin=False) + client.send_data(message[half:])
    settings = StreamSettings(max_message_size=1 << 20)
    found = asyncio.run(converse([bytes(data)], settings=settings, deflate=agreed))
    client.receive_bytes(bytes(found.line.sent))
    received = [frame.payload for frame in client.received_frames()]
    assert [part if isinstance(part, str) else bytes(part) for part in received] == sent
