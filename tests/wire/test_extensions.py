"""The negotiation of permessage-deflate: RFC 7692 §7.1, by tables of offers and by an oracle."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import build_extension

from webapp.wire.extensions import OfferError, PerMessageDeflate, negotiate_deflate
from webapp.wire.settings import DeflateSettings

SMALL = DeflateSettings(window_bits=12, context_takeover=True)
FULL = DeflateSettings(window_bits=15, context_takeover=True)
FORGETFUL = DeflateSettings(window_bits=12, context_takeover=False)

LIMITED = "permessage-deflate; server_max_window_bits=12"

AGREED = [
    # The parameters of the answer are those of RFC 7692 §7.1; what a client did not offer to limit
    # it is asked to forget.
    (FULL, "permessage-deflate", "permessage-deflate"),
    (FULL, "permessage-deflate; client_max_window_bits", "permessage-deflate"),
    (
        FULL,
        "permessage-deflate; client_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=10",
    ),
    (
        SMALL,
        "permessage-deflate",
        "permessage-deflate; client_no_context_takeover; server_max_window_bits=12",
    ),
    (
        SMALL,
        "permessage-deflate; client_max_window_bits",
        f"{LIMITED}; client_max_window_bits=12",
    ),
    (
        SMALL,
        "permessage-deflate; client_max_window_bits=9",
        f"{LIMITED}; client_max_window_bits=9",
    ),
    (
        SMALL,
        "permessage-deflate; client_max_window_bits=15",
        f"{LIMITED}; client_max_window_bits=12",
    ),
    (
        SMALL,
        'permessage-deflate; server_max_window_bits="10"; client_max_window_bits',
        "permessage-deflate; server_max_window_bits=10; client_max_window_bits=12",
    ),
    (
        SMALL,
        "permessage-deflate; server_no_context_takeover; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=12; "
        "client_max_window_bits=12",
    ),
    (
        SMALL,
        "permessage-deflate; client_no_context_takeover; client_max_window_bits",
        "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; "
        "client_max_window_bits=12",
    ),
    (
        FORGETFUL,
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=12; client_max_window_bits=12",
    ),
    # A bad or unknown offer is declined and the next one tried.
    (
        FULL,
        "permessage-deflate; server_max_window_bits=8, permessage-deflate",
        "permessage-deflate",
    ),
    (FULL, "permessage-deflate; unheard_of, permessage-deflate", "permessage-deflate"),
    (FULL, "x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
    (FULL, "permessage-bzip2; q=1, permessage-deflate", "permessage-deflate"),
    # Elements of a list may be empty (RFC 7230 §7).
    (FULL, ",permessage-deflate , ,", "permessage-deflate"),
]

DECLINED = [
    "x-webkit-deflate-frame",
    "Permessage-Deflate-ish",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_max_window_bits=8",  # which zlib cannot do
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=010",
    "permessage-deflate; server_max_window_bits=ten",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_no_context_takeover=1",
    "permessage-deflate; server_no_context_takeover=true",
    "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; level=9",
]

MALFORMED = [
    "permessage-deflate;",
    "permessage deflate",
    "permessage-deflate; =1",
    "permessage-deflate; server_max_window_bits=",
    'permessage-deflate; server_max_window_bits="10',
    'permessage-deflate; server_max_window_bits="1 0"',
    "permessage-deflate; größe",
    ";",
    "",  # of a list, at least one element has to be there (RFC 7230 §7)
    " ",
    ", ,",
]


@pytest.mark.parametrize(("settings", "offer", "answer"), AGREED)
def test_an_offer_is_answered(settings: DeflateSettings, offer: str, answer: str) -> None:
    agreed = negotiate_deflate([offer], settings)
    assert agreed is not None
    assert agreed.header == answer
    assert agreed.server_takeover == ("server_no_context_takeover" not in answer)
    assert agreed.client_takeover == ("client_no_context_takeover" not in answer)
    bits = {"server": agreed.server_window_bits, "client": agreed.client_window_bits}
    for side, number in bits.items():
        said = f"{side}_max_window_bits={number}"
        assert said in answer or (number == 15 and f"{side}_max" not in answer)


@pytest.mark.parametrize("offer", DECLINED)
def test_a_bad_offer_is_declined(offer: str) -> None:
    assert negotiate_deflate([offer], FULL) is None


@pytest.mark.parametrize("settings", [FULL, None], ids=["on", "off"])
@pytest.mark.parametrize("offer", MALFORMED)
def test_what_is_no_offer_is_an_error(offer: str, settings: DeflateSettings | None) -> None:
    """RFC 6455 §9.1: a header that does not follow the grammar fails the handshake."""
    with pytest.raises(OfferError):
        negotiate_deflate([offer], settings)


def test_offers_of_several_header_fields_stand_in_order() -> None:
    agreed = negotiate_deflate(
        ["x-unknown", "permessage-deflate; client_max_window_bits=9", "permessage-deflate"], FULL
    )
    assert agreed is not None
    assert agreed.header == "permessage-deflate; client_max_window_bits=9"


def test_a_header_field_may_be_empty_beside_others() -> None:
    """RFC 6455 §9.1: they are one list."""
    agreed = negotiate_deflate(["", "permessage-deflate", ""], FULL)
    assert agreed is not None
    assert agreed.header == "permessage-deflate"


def test_nothing_is_agreed_upon_without_an_offer_or_when_it_is_off() -> None:
    assert negotiate_deflate([], FULL) is None
    assert negotiate_deflate(["permessage-deflate"], None) is None


# websockets: it agrees to the same


Params = list[tuple[str, str | None]]


def websockets_accepts(params: Params, settings: DeflateSettings) -> PerMessageDeflate | None:
    """Return what websockets agrees to, given what this server wants; None: it declines."""
    limit = None if settings.window_bits == 15 else settings.window_bits
    limitable = limit is None or any(name == "client_max_window_bits" for name, _ in params)
    factory = ServerPerMessageDeflateFactory(
        server_no_context_takeover=not settings.context_takeover,
        client_no_context_takeover=not (settings.context_takeover and limitable),
        server_max_window_bits=limit,
        client_max_window_bits=limit,
    )
    try:
        answer, agreed = factory.process_request_params(params, [])
    except NegotiationError:
        return None
    return PerMessageDeflate(
        server_takeover=not agreed.local_no_context_takeover,
        client_takeover=not agreed.remote_no_context_takeover,
        server_window_bits=agreed.local_max_window_bits,
        client_window_bits=agreed.remote_max_window_bits,
        memory_level=settings.memory_level,
        threshold=settings.threshold,
        header=build_extension([(factory.name, answer)]),
    )


def accepts(offers: list[Params], settings: DeflateSettings) -> PerMessageDeflate | None:
    name = ServerPerMessageDeflateFactory.name
    return negotiate_deflate([build_extension([(name, params)]) for params in offers], settings)


FLAGS = ["server_no_context_takeover", "client_no_context_takeover"]
LIMITS = ["server_max_window_bits", "client_max_window_bits"]
# In all its forms: "" is without a value, and left out with None.
FLAG = [None, "", "1"]
LIMIT = [None, "", "010", *map(str, range(7, 17))]


@pytest.mark.parametrize("window_bits", range(9, 16))
@pytest.mark.parametrize("takeover", [True, False], ids=["takeover", "no takeover"])
def test_websockets_agrees_to_the_same(window_bits: int, takeover: bool) -> None:
    """With the same parameters, whatever is offered and wanted; no difference is known."""
    wanted = DeflateSettings(window_bits=window_bits, context_takeover=takeover)
    for values in product(FLAG, FLAG, LIMIT, LIMIT):
        pairs = zip(FLAGS + LIMITS, values, strict=True)
        offer = [(name, value or None) for name, value in pairs if value is not None]
        assert accepts([offer], wanted) == websockets_accepts(offer, wanted), offer


odd_params = st.tuples(
    st.sampled_from([*FLAGS, *LIMITS, "level", "Server_max_window_bits"]),
    st.sampled_from([None, "010", "1e1", "-9", "ten", "true"]),
)
flags = st.tuples(st.sampled_from(FLAGS), st.none())
limits = st.tuples(st.sampled_from(LIMITS), st.none() | st.sampled_from(LIMIT[3:]))
odd_offers = st.lists(flags | limits | limits | odd_params, max_size=4)
settings = st.builds(
    DeflateSettings,
    window_bits=st.integers(9, 15),
    memory_level=st.integers(1, 9),
    context_takeover=st.booleans(),
    threshold=st.integers(0, 100),
)


@given(st.lists(odd_offers, min_size=1, max_size=4), settings)
def test_websockets_agrees_to_the_same_offer(offers: list[Params], wanted: DeflateSettings) -> None:
    """Of several, in any order, with parameters twice, unknown and wrong."""
    accepted = (websockets_accepts(params, wanted) for params in offers)
    assert accepts(offers, wanted) == next(filter(None, accepted), None)
