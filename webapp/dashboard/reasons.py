"""What this server means by the reasons that it gives when it ends a connection itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["CLOSING", "GIVING_UP", "Reason", "closing_reason", "giving_up_reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason is about, and where that is written; ``words`` is a regular expression."""

    words: str
    meaning: str
    clause: str = ""
    fails: bool = True  # the connection (RFC 6455 §7.1.7): what the client answers is not read


#: Of its close frames; the wire chooses the words.
CLOSING: Final = (
    Reason(
        "the server is shutting down",
        "It was stopped, or is about to be restarted. A client may connect again after a while.",
        "RFC 6455 §7.4.1",
        fails=False,
    ),
    Reason(
        "internal error",
        "That is a bug in this server: its log tells more.",
        "RFC 6455 §7.4.1",
    ),
    # Limits
    Reason(
        "message of [0-9]+ bytes or more, at most [0-9]+ are taken",
        "A message may take no more than limits.max_message_size here, all its fragments together, "
        "and inflated where it is compressed.",
        "RFC 6455 §10.4",
    ),
    Reason(
        "message or frame not finished within [0-9.e+-]+ s",
        "What has begun is to be complete within limits.message_timeout. Usually a header "
        "announced more bytes than were sent, or a last fragment never came.",
        "RFC 6455 §10.4",
    ),
    # Frames
    Reason(
        "RSV[123].* set, but no extension was negotiated that defines it",
        "The reserved bits are 0 as long as no extension gives them a meaning. With RSV1, a client "
        "usually compresses although permessage-deflate was not agreed upon.",
        "RFC 6455 §5.2",
    ),
    Reason(
        "RSV1 set, but only the first frame of a message says that it is compressed",
        "With permessage-deflate, RSV1 is set on the first frame of a compressed message, but not "
        "on those that continue it, and never on a ping, pong or close.",
        "RFC 7692 §6",
    ),
    Reason(
        "reserved opcode 0x[0-9A-F]",
        "Opcodes 3 to 7 and B to F have no meaning yet. Usually these bytes are no header at all, "
        "because the frame before was longer or shorter than it said.",
        "RFC 6455 §5.2",
    ),
    Reason(
        "frame from a client without a mask",
        "A client masks every frame, so that no page can make it send what a proxy would take for "
        "HTTP. Usually a client was written by hand, or sends frames in the form of a server's.",
        "RFC 6455 §5.1",
    ),
    Reason(
        "control frame in fragments",
        "A ping, pong or close is always a single frame, with FIN set.",
        "RFC 6455 §5.5",
    ),
    Reason(
        "control frame with more than 125 bytes of payload",
        "A ping, pong or close holds at most 125 bytes; the reason in a close has 123 of them.",
        "RFC 6455 §5.5",
    ),
    Reason(
        "payload length with the top bit set",
        "A length in 64 bits has 0 as its first. Usually these bytes are no length, because the "
        "frame before was longer or shorter than it said.",
        "RFC 6455 §5.2",
    ),
    Reason(
        "payload length [0-9]+ coded in more bits than it needs",
        "Up to 125 a length stands in 7 bits, up to 65535 in 16, and only above in 64.",
        "RFC 6455 §5.2",
    ),
    Reason(
        "close frame with half a close code",
        "The payload of a close is empty, or begins with a code of two bytes.",
        "RFC 6455 §5.5.1",
    ),
    Reason(
        "close code [0-9]+ must not be sent",
        "Close frames hold codes from 1000 on that are defined, 1004 to 1006 and 1015 aside, and "
        "those from 3000 to 4999.",
        "RFC 6455 §7.4",
    ),
    Reason("close reason is not UTF-8", "It has to be.", "RFC 6455 §5.5.1"),
    # Messages
    Reason(
        "new message before the last fragment of the one before",
        "Behind a frame without FIN come continuations until one has FIN set, and nothing but "
        "control frames in between. Usually two writers share a connection without taking turns.",
        "RFC 6455 §5.4",
    ),
    Reason(
        "continuation of no message",
        "Opcode 0 goes on with a message that a text or binary frame without FIN has begun, and "
        "there was none. Usually that frame had FIN set.",
        "RFC 6455 §5.4",
    ),
    Reason(
        "text is not UTF-8( at byte [0-9]+)?",
        "A text message is UTF-8 from its first byte to its last. Usually it is in another "
        "encoding, or is data that belongs into a binary message.",
        "RFC 6455 §8.1",
    ),
    Reason(
        "message cannot be inflated: .+",
        "What RSV1 calls compressed is no deflate data. Usually a client refers to earlier "
        "messages although no context takeover was agreed upon, or sets RSV1 without compressing.",
        "RFC 7692 §7.2.2",
    ),
)

#: Of connections that it dropped because the client failed to do something in time.
GIVING_UP: Final = (
    Reason(
        "the peer has not answered a ping for [0-9.e+-]+ s",
        "After the ping nothing came any more, no pong and no end of the connection. Usually a "
        "client that does not answer pings, as every client has to, or a program that hangs; a "
        "machine that sleeps or has lost its network; a NAT or firewall that has forgotten the "
        "connection. The server waits for an answer for half of websocket.heartbeat.",
        "RFC 6455 §5.5.2",
    ),
    Reason(
        "the peer has not read for [0-9.e+-]+ s",
        "It is given limits.slow_peer_timeout to take some of what it was sent. Usually a client "
        "sends and never receives, is suspended, or hangs.",
    ),
    Reason(
        "the peer did not close within [0-9.e+-]+ s",
        "It had ended its half of the connection, and did not take the rest of what was sent to it "
        "within websocket.close_timeout.",
    ),
    Reason("internal error", "That is a bug in this server: its log tells more."),
)


def closing_reason(words: str) -> Reason | None:
    """Find what a close frame of this server's is about."""
    return _found(CLOSING, words)


def giving_up_reason(words: str) -> Reason | None:
    """Find what a client has failed to do in time."""
    return _found(GIVING_UP, words)


def _found(known: tuple[Reason, ...], words: str) -> Reason | None:
    return next((each for each in known if re.fullmatch(each.words, words)), None)
