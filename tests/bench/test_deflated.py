"""Compressed texts, and what is taken for their echo."""

import itertools
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.deflated import Agreement, DeflateClient, NotNegotiatedError, compressed
from bench.documents import documents
from bench.frames import COMPRESSED, TEXT, frame
from bench.upgrade import EchoError
from tests.bench.pairs import pair, received

TEXTS = documents(seed=1, count=3, size=1024)
TAIL = b"\x00\x00\xff\xff"
DEFAULTS = Agreement()
FRESH = Agreement(server_no_context_takeover=True, client_no_context_takeover=True)


def unmasked(data: bytes) -> bytes:
    """The payload of a client's only frame, of up to 64 KiB."""
    begin = 4 if data[1] & 0x7F == 126 else 2
    key, payload = data[begin : begin + 4], data[begin + 4 :]
    return bytes(byte ^ key[place & 3] for place, byte in enumerate(payload))


def deflated(deflater: "zlib._Compress", text: bytes) -> bytes:
    return (deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


@contextmanager
def deflating(agreement: Agreement) -> Iterator[tuple[DeflateClient, socket.socket]]:
    with pair() as (own, server):
        yield DeflateClient(own, compressed(TEXTS, agreement), agreement), server


@pytest.mark.parametrize("agreement", [DEFAULTS, FRESH, Agreement(server_max_window_bits=9)])
def test_compressed_and_plain_answers_are_echoes(agreement: Agreement) -> None:
    """In all ways: in one piece, byte by byte, in fragments, with what the ones before taught."""
    deflater = zlib.compressobj(wbits=-agreement.server_max_window_bits)
    with deflating(agreement) as (client, server):
        for way in range(8):
            text = TEXTS[way % len(TEXTS)]
            assert client.send()
            server.recv(2048)
            if agreement.server_no_context_takeover:
                deflater = zlib.compressobj(wbits=-15)
            if way == 3:
                assert received(client, server, frame(TEXT, text))
                continue
            body = deflated(deflater, text)
            pieces = [frame(TEXT | COMPRESSED, body)]
            if way == 4:
                first = bytearray(frame(TEXT | COMPRESSED, body[:100]))
                first[0] &= 0x7F
                pieces = [bytes(first), frame(0, body[100:])]
            elif way == 5:
                pieces = [b"\x41\x00", frame(0, body)]
            elif way == 6:
                pieces = [bytes([byte]) for byte in pieces[0]]
            assert received(client, server, *pieces)
        assert len(client.times) == 8


def once(text: bytes) -> bytes:
    return deflated(zlib.compressobj(wbits=-15), text)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (frame(TEXT | COMPRESSED, once(TEXTS[0].swapcase())), "wrong echo at byte 2"),
        (frame(TEXT | COMPRESSED, once(TEXTS[1])), "wrong echo at byte"),
        (frame(TEXT, TEXTS[1]), "wrong echo at byte"),
        (frame(TEXT | COMPRESSED, once(TEXTS[0][:-1])), "1023 bytes came and 1024"),
        (frame(TEXT | COMPRESSED, b"\xff" * 9), "does not inflate"),
        # What is compressed and does not say so.
        (frame(TEXT, once(TEXTS[0])), "wrong echo at byte 0"),
        (frame(2 | COMPRESSED, once(TEXTS[0])), "a frame that begins with c2"),
        (frame(TEXT | 0x20, TEXTS[0]), "a frame that begins with a1"),
        (frame(0, TEXTS[0]), "a frame that begins with 80"),
        (frame(9, b""), "a frame that begins with 89"),
        (frame(TEXT, TEXTS[0]) * 2, "more than the echo came"),
    ],
)
def test_any_other_answer_is_a_wrong_echo(answer: bytes, said: str) -> None:
    with deflating(DEFAULTS) as (client, server):
        client.send()
        server.recv(2048)
        with pytest.raises(EchoError, match=said):
            received(client, server, answer)


def test_what_refers_to_the_past_in_spite_of_the_agreement_is_noticed() -> None:
    deflater = zlib.compressobj(wbits=-15)
    with deflating(FRESH) as (client, server):
        client.send()
        assert received(client, server, frame(TEXT | COMPRESSED, deflated(deflater, TEXTS[0])))
        client.send()
        with pytest.raises(EchoError, match="wrong echo"):
            received(client, server, frame(TEXT | COMPRESSED, deflated(deflater, TEXTS[1])))


def test_an_end_is_noticed() -> None:
    with deflating(DEFAULTS) as (client, server):
        client.send()
        server.recv(2048)
        server.close()
        with pytest.raises(EchoError, match="the server ended the connection: 0 bytes came"):
            client.receive()


@pytest.mark.parametrize("agreement", [DEFAULTS, FRESH, Agreement(client_max_window_bits=9)])
def test_what_was_compressed_before_inflates_again_and_again(agreement: Agreement) -> None:
    inflater = zlib.decompressobj(-agreement.client_max_window_bits)
    sizes = []
    for request, text in itertools.islice(compressed(TEXTS, agreement), 7):
        if agreement.client_no_context_takeover:
            inflater = zlib.decompressobj(-15)
        body = unmasked(request)
        assert request[0] == 0x80 | COMPRESSED | TEXT
        assert inflater.decompress(body + TAIL) == text
        sizes.append(len(body))
    assert max(sizes) < 800
    if agreement is DEFAULTS:
        assert sizes[1] < sizes[0]  # what is known of one helps with the next


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        ("permessage-deflate", DEFAULTS, "no parameters"),
        (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            FRESH,
            "server_no_context_takeover, client_no_context_takeover",
        ),
        (
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=11",
            Agreement(server_max_window_bits=12, client_max_window_bits=11),
            "server_max_window_bits=12, client_max_window_bits=11",
        ),
    ],
)
def test_an_agreement_is_read_from_the_answer(answer: str, expected: Agreement, words: str) -> None:
    head = f"HTTP/1.1 101 X\r\nsec-websocket-extensions: {answer}\r\nUpgrade: websocket\r\n\r\n"
    assert Agreement.of(head) == expected
    assert str(expected) == words


def test_no_answer_is_no_agreement() -> None:
    with pytest.raises(NotNegotiatedError):
        Agreement.of("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n")


@pytest.mark.parametrize("answer", ["other", "permessage-deflate; speed=9", "a, b", "a; b=c"])
def test_an_answer_to_something_else_is_an_error(answer: str) -> None:
    with pytest.raises(EchoError, match="was answered with"):
        Agreement.of(f"HTTP/1.1 101 X\r\nSec-WebSocket-Extensions: {answer}\r\n\r\n")


def test_documents_are_json_of_one_size_and_all_different() -> None:
    texts = documents(seed=7, count=50, size=1024)
    assert {len(text) for text in texts} == {1024}
    assert len({json.loads(text)["id"] for text in texts}) == 50
    assert texts == documents.__wrapped__(seed=7, count=50, size=1024)
    assert texts[0] != documents(seed=8, count=1, size=1024)[0]
