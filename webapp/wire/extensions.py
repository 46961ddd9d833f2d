"""Which extension is negotiated (RFC 6455 §9.1): permessage-deflate or none (RFC 7692 §7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from websockets.exceptions import InvalidHeaderFormat
from websockets.headers import parse_extension

from webapp.wire.deflate import Deflater, Inflater
from webapp.wire.settings import DeflateSettings

__all__ = ["OfferError", "PerMessageDeflate", "negotiate_deflate"]

_NAME = "permessage-deflate"

# Its parameters (RFC 7692 §7.1): what the server or the client is to forget between messages, which
# have no value, and how many bits of window it is to remember at the most.
_SERVER_FORGETS = "server_no_context_takeover"
_CLIENT_FORGETS = "client_no_context_takeover"
_SERVER_WINDOW = "server_max_window_bits"
_CLIENT_WINDOW = "client_max_window_bits"
_PARAMETERS = frozenset((_SERVER_FORGETS, _CLIENT_FORGETS, _SERVER_WINDOW, _CLIENT_WINDOW))

_FULL_WINDOW = 15  # bits
_SMALLEST_WINDOW = 9  # of this server: for 8 bits zlib cannot deflate
_UNLIMITED = str(_FULL_WINDOW)  # what is meant where nothing is said (§7.1.2)
_WINDOWS: dict[str | None, int] = {str(bits): bits for bits in range(8, _FULL_WINDOW + 1)}


@dataclass(frozen=True, slots=True)
class PerMessageDeflate:
    """What was agreed upon."""

    server_takeover: bool
    client_takeover: bool
    server_window_bits: int
    client_window_bits: int
    memory_level: int
    threshold: int
    header: str  # the answer's Sec-WebSocket-Extensions

    def inflater(self) -> Inflater:
        """Return what the messages of a client take."""
        return Inflater(self.client_window_bits, takeover=self.client_takeover)

    def deflater(self) -> Deflater:
        """Return what the messages to it take."""
        return Deflater(
            self.server_window_bits,
            memory_level=self.memory_level,
            takeover=self.server_takeover,
            threshold=self.threshold,
        )


class OfferError(ValueError):
    """Sec-WebSocket-Extensions does not follow its grammar: the handshake fails (RFC 6455 §9.1).

    At least one extension has to stand there; that elements of a list may be empty beside it is the
    grammar's own rule (RFC 2616 §2.1, RFC 7230 §7).
    """


def negotiate_deflate(
    offers: Sequence[str], settings: DeflateSettings | None
) -> PerMessageDeflate | None:
    """Return what to agree upon, given the values of Sec-WebSocket-Extensions.

    The first offer of permessage-deflate that this server can accept is accepted; others, and
    other extensions, are declined, which is no reason to refuse the client. Without settings all
    are declined.

    Raises:
        OfferError: for values that are together no list of extensions, or an empty one; whether
            any would be accepted does not matter.
    """
    if not offers:
        return None
    try:
        # One field or several are the same list (RFC 6455 §9.1).
        found = parse_extension(", ".join(offers).strip(" \t"))
    except InvalidHeaderFormat as error:
        raise OfferError(str(error)) from None
    if settings is None:
        return None
    for name, params in found:
        if name == _NAME and (agreed := _accept(params, settings)):
            return agreed
    return None


def _accept(
    params: Sequence[tuple[str, str | None]], settings: DeflateSettings
) -> PerMessageDeflate | None:
    """Return what to agree upon for one offer; None declines it (RFC 7692 §7.1)."""
    offer = dict(params)
    if (
        len(offer) < len(params)
        or not offer.keys() <= _PARAMETERS
        or offer.get(_SERVER_FORGETS) is not None
        or offer.get(_CLIENT_FORGETS) is not None
    ):
        return None
    limitable = _CLIENT_WINDOW in offer
    server_window = _WINDOWS.get(offer.get(_SERVER_WINDOW, _UNLIMITED))
    # This one alone may stand there without a number: the client can be limited (§7.1.2.2).
    client_window = _WINDOWS.get(offer.get(_CLIENT_WINDOW) or _UNLIMITED)
    if server_window is None or client_window is None or server_window < _SMALLEST_WINDOW:
        return None
    server_window = min(server_window, settings.window_bits)
    if limitable:
        client_window = min(client_window, settings.window_bits)
    # Only who offers client_max_window_bits can be asked for a smaller window. Others are asked not
    # to refer to earlier messages at all: it would take 32 KiB for each to remember those.
    limited = settings.window_bits < _FULL_WINDOW
    server_takeover = settings.context_takeover and _SERVER_FORGETS not in offer
    client_takeover = settings.context_takeover and _CLIENT_FORGETS not in offer
    client_takeover = client_takeover and (limitable or not limited)
    answer = {
        _SERVER_FORGETS: not server_takeover,
        _CLIENT_FORGETS: not client_takeover,
        f"{_SERVER_WINDOW}={server_window}": limited or _SERVER_WINDOW in offer,
        f"{_CLIENT_WINDOW}={client_window}": limitable and (limited or offer[_CLIENT_WINDOW]),
    }
    return PerMessageDeflate(
        server_takeover=server_takeover,
        client_takeover=client_takeover,
        server_window_bits=server_window,
        client_window_bits=client_window,
        memory_level=settings.memory_level,
        threshold=settings.threshold,
        header="; ".join((_NAME, *(name for name, said in answer.items() if said))),
    )
