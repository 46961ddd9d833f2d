"""What the clients of the load generator take for an echo, and what they do not."""

import itertools
from collections.abc import Sequence

import pytest

from bench.clients import PlainClient, difference
from bench.frames import COMPRESSED, TEXT, frame
from bench.upgrade import EchoError
from tests.bench.pairs import pair, received

ECHO = frame(TEXT, b"one") + frame(TEXT, b"two")


@pytest.mark.parametrize("pieces", [[ECHO], [ECHO[:1], ECHO[1:]], [ECHO[:6], ECHO[6:]]])
def test_the_echo_completes_a_batch(pieces: Sequence[bytes]) -> None:
    with pair() as (own, server):
        client = PlainClient(own, itertools.repeat((b"request", ECHO)), len(ECHO))
        for count in (1, 2):
            assert client.send()
            assert server.recv(100) == b"request"
            assert received(client, server, *pieces)
            assert len(client.times) == count
            assert client.received == count * len(ECHO)


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (frame(TEXT, b"one") + frame(TEXT, b"tw0"), 9),
        (frame(TEXT, b"two") + frame(TEXT, b"one"), 2),
        (frame(2, b"one") + frame(TEXT, b"two"), 0),
        (frame(TEXT | COMPRESSED, b"one") + frame(TEXT, b"two"), 0),
        (frame(TEXT, b"on") + frame(TEXT, b"etwo"), 1),
    ],
)
def test_any_other_byte_is_a_wrong_echo(answer: bytes, place: int) -> None:
    with pair() as (own, server):
        client = PlainClient(own, itertools.repeat((b"request", ECHO)), len(ECHO))
        client.send()
        with pytest.raises(EchoError, match=f"wrong echo at byte {place}:"):
            received(client, server, answer)


def test_a_batch_that_does_not_fit_the_socket_goes_out_bit_by_bit() -> None:
    request = bytes(range(256)) * 20_000
    with pair() as (own, server):
        client = PlainClient(own, itertools.repeat((request, ECHO)), len(ECHO))
        complete = client.send()
        assert not complete
        came = b""
        while len(came) < len(request):
            came += server.recv(1 << 20)
            complete = complete or client.flush()
        assert complete
        assert came == request


@pytest.mark.parametrize(
    ("came", "expected", "said"),
    [
        (b"abc", b"abd", "wrong echo at byte 2: b'c' instead of b'd'"),
        (b"ab", b"abd", "2 bytes came and 3 were expected"),
        (b"", b"abd", "0 bytes came and 3 were expected"),
        (b"abde", b"abd", "4 bytes came and 3 were expected"),
    ],
)
def test_a_difference_is_put_in_words(came: bytes, expected: bytes, said: str) -> None:
    assert difference(came, expected) == said


def test_an_end_is_noticed() -> None:
    with pair() as (own, server):
        client = PlainClient(own, itertools.repeat((b"request", ECHO)), len(ECHO))
        client.send()
        server.recv(100)
        server.close()
        with pytest.raises(EchoError, match="the server ended the connection: 0 bytes came"):
            client.receive()
