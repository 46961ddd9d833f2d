"""The table of origins again, as bytes on a socket: what the whole server answers to them."""

from itertools import groupby

import pytest

from tests.gate.origin_cases import APP, CASES, OWN, Case
from tests.gate.origin_reading import admits
from tests.peer import Peer, dial
from tests.served import Serve, port_of

HOST = ("Host", OWN.removeprefix("http://"))


def configuration(case: Case) -> tuple[tuple[str, ...], bool]:
    return case.allowed, case.allow_missing


# Cases of one configuration share a server.
SENT = sorted((case for case in CASES if not case.not_sent), key=configuration)
SERVERS = [list(cases) for _, cases in groupby(SENT, configuration)]


@pytest.mark.parametrize(
    "cases", SERVERS, ids=[f"{len(cases)} with {cases[0].reason}" for cases in SERVERS]
)
async def test_the_server_answers_as_the_table_says(serve: Serve, cases: list[Case]) -> None:
    allowed, allow_missing = configuration(cases[0])
    client = await serve(origins={"allowed": list(allowed), "allow_missing": allow_missing})
    answers = {}
    for case in cases:
        assert case.own is not None
        host = ("Host", case.own.lower().removeprefix("http://"))
        origins = [("Origin", value) for value in case.came]
        async with dial(port_of(client), "/ws", host, *origins) as peer:
            answers[case.reason] = peer.status
            await look_behind(peer, case)
    assert answers == {case.reason: case.status for case in cases}


async def look_behind(peer: Peer, case: Case) -> None:
    """See that whoever is let in is answered, and others are told why they are not."""
    if peer.status == 101:
        await peer.echoed(b"in")
    elif peer.status == 403:
        assert case.says is not None, case.reason
        body = await peer.rest()
        assert body.startswith(b"403 Forbidden (origin): "), case.reason
        assert case.says.encode() in body


@pytest.mark.parametrize(
    "place", [0, len("https://app"), len(APP)], ids=["front", "amid", "behind"]
)
async def test_no_byte_makes_another_origin_of_one(serve: Serve, place: int) -> None:
    """Of all 256: blanks around it are none of it, and control characters come to no check."""
    client = await serve(origins={"allowed": [APP]})
    answers, expected = {}, {}
    for byte in range(256):
        value = APP[:place].encode() + bytes([byte]) + APP[place:].encode()
        async with dial(port_of(client), "/ws", HOST, ("Origin", value)) as peer:
            answers[value] = peer.status
        trimmed = value.strip(b" \t").decode("utf-8", "surrogateescape")
        expected[value] = 101 if admits([APP], [trimmed], OWN) else 403
        if byte in {*range(0x20), 0x7F} - {ord("\t")}:
            expected[value] = 400
    assert answers == expected


@pytest.mark.parametrize("blanks", ["", " ", "\t", " \t "])
async def test_a_header_of_blanks_is_empty_and_not_missing(serve: Serve, blanks: str) -> None:
    client = await serve(origins={"allowed": ["*", "null"]})
    async with dial(port_of(client), "/ws", HOST, ("Origin", blanks)) as peer:
        assert peer.status == 403
        assert b"Came: an empty Origin header" in await peer.rest()
