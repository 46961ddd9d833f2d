"""The negotiation of permessage-deflate: RFC 7692 §7.1, by a table of offers."""

from __future__ import annotations

import pytest

from webapp.wire.extensions import OfferError, negotiate_deflate
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


@pytest.mark.parametrize("offer", MALFORMED)
def test_what_is_no_offer_is_an_error(offer: str) -> None:
    """RFC 6455 §9.1: a header that does not follow the grammar fails the handshake."""
    with pytest.raises(OfferError):
        negotiate_deflate([offer], FULL)


def test_offers_of_several_header_fields_stand_in_order() -> None:
    agreed = negotiate_deflate(
        ["x-unknown", "permessage-deflate; client_max_window_bits=9", "permessage-deflate"], FULL
    )
    assert agreed is not None
    assert agreed.header == "permessage-deflate; client_max_window_bits=9"


def test_nothing_is_agreed_upon_without_an_offer_or_when_it_is_off() -> None:
    assert negotiate_deflate([], FULL) is None
    assert negotiate_deflate(["permessage-deflate"], None) is None
