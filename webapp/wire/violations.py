"""What ends a connection: the close codes, and the error that names one of them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.wire.frames import Piece

__all__ = ["CloseCode", "ProtocolError"]


class CloseCode(IntEnum):
    """The close codes that this server sends or reports (RFC 6455 §7.4.1)."""

    NORMAL_CLOSURE = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    NO_STATUS_RECEIVED = 1005  # never on the wire
    ABNORMAL_CLOSURE = 1006  # never on the wire
    INVALID_PAYLOAD = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011


class ProtocolError(Exception):
    """What a client sent breaks the protocol or a limit: the connection ends with this close code.

    ``code`` and ``reason`` are those of the close frame to send. ``frame`` is the offending frame
    as far as it came, and ``came`` how many bytes of it that is, where the parser noticed.
    """

    def __init__(
        self, code: CloseCode, reason: str, frame: Piece | None = None, came: int = 0
    ) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.frame = frame
        self.came = came
