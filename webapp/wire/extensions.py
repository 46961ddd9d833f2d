"""Which extension is negotiated (RFC 6455 §9.1): permessage-deflate or none (RFC 7692 §7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from websockets.exceptions import InvalidHeaderFormat, NegotiationError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension

from webapp.wire.deflate import Deflater, Inflater
from webapp.wire.settings import DeflateSettings

__all__ = ["OfferError", "PerMessageDeflate", "negotiate_deflate"]

_FULL_WINDOW = 15  # bits: what is meant where nothing is said (RFC 7692 §7.1.2)


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
    """Sec-WebSocket-Extensions does not follow its grammar: the handshake fails (§9.1)."""


def negotiate_deflate(
    offers: Sequence[str], settings: DeflateSettings | None
) -> PerMessageDeflate | None:
    """Return what to agree upon, given the values of Sec-WebSocket-Extensions.

    The first offer of permessage-deflate that this server can accept is accepted; others, and
    other extensions, are declined, which is no reason to refuse the client. Without settings all
    are declined.

    Raises:
        OfferError: for a value that is no list of extensions.
    """
    found = []
    for value in filter(str.strip, offers):
        try:
            found += parse_extension(value)
        except InvalidHeaderFormat as error:
            raise OfferError(str(error)) from None
    if settings is None:
        return None
    for name, params in found:
        if name == ServerPerMessageDeflateFactory.name:
            try:
                return _accept(params, settings)
            except NegotiationError:
                continue
    return None


def _accept(
    params: Sequence[tuple[str, str | None]], settings: DeflateSettings
) -> PerMessageDeflate:
    limit = None if settings.window_bits == _FULL_WINDOW else settings.window_bits
    # Only who offers client_max_window_bits can be asked for a smaller window. Others are asked not
    # to refer to earlier messages at all: it would take 32 KiB for each to remember those.
    limitable = limit is None or any(name == "client_max_window_bits" for name, _ in params)
    factory = ServerPerMessageDeflateFactory(
        server_no_context_takeover=not settings.context_takeover,
        client_no_context_takeover=not (settings.context_takeover and limitable),
        server_max_window_bits=limit,
        client_max_window_bits=limit,
        compress_settings={"memLevel": 1},  # it makes a compressor that is not used here
    )
    answer, agreed = factory.process_request_params(list(params), [])
    return PerMessageDeflate(
        server_takeover=not agreed.local_no_context_takeover,
        client_takeover=not agreed.remote_no_context_takeover,
        server_window_bits=agreed.local_max_window_bits,
        client_window_bits=agreed.remote_max_window_bits,
        memory_level=settings.memory_level,
        threshold=settings.threshold,
        header=build_extension([(factory.name, answer)]),
    )
