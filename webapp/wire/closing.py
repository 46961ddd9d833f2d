"""The payload of a close frame: a code, and a reason in UTF-8 (RFC 6455 §5.5.1, §7.4)."""

from __future__ import annotations

from typing import Final

from webapp.wire.violations import CloseCode, ProtocolError

__all__ = ["MAX_REASON", "build_close", "may_be_sent", "parse_close"]

MAX_REASON: Final = 123  # bytes: a control frame has room for 125 (RFC 6455 §5.5)


def parse_close(payload: bytes) -> tuple[int, str]:
    """Return code and reason of a close frame; 1005 and nothing if it has no payload.

    Raises:
        ProtocolError: 1002 for a code that must not be sent (RFC 6455 §7.4) or half of one, 1007
            for a reason that is not UTF-8.
    """
    if not payload:
        return CloseCode.NO_STATUS_RECEIVED, ""
    if len(payload) == 1:
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, "close frame with half a close code")
    code = int.from_bytes(payload[:2])
    if not may_be_sent(code):
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, f"close code {code} must not be sent")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolError(CloseCode.INVALID_PAYLOAD, "close reason is not UTF-8") from None


def build_close(code: int, reason: str = "") -> bytes:
    """Return the payload of a close frame, the reason cut to fit; empty for 1005.

    Raises:
        ValueError: if the code must not be sent.
    """
    if code == CloseCode.NO_STATUS_RECEIVED and not reason:
        return b""
    if not may_be_sent(code):
        raise ValueError(f"close code {code} must not be sent (RFC 6455 §7.4)")
    # Cut between characters: half of one would make the whole frame invalid.
    short = reason.encode()[:MAX_REASON].decode(errors="ignore")
    return code.to_bytes(2) + short.encode()


def may_be_sent(code: int) -> bool:
    """Tell whether a close frame may have this code."""
    # RFC 6455 §7.4.1 and the IANA registry, which has since added 1012 to 1014; §7.4.2 for ranges.
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
