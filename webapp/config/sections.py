"""Every setting once, in its section: type, default, unit and bounds, and one line of help."""

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

from webapp.config.kinds import (
    Duration,
    Level,
    LogFormat,
    Size,
    Subprotocols,
    Switch,
    Text,
    Texts,
    Whole,
)
from webapp.gate.hosts import HostPolicy
from webapp.gate.origins import OriginPolicy

__all__ = [
    "CompressionConfig",
    "HostsConfig",
    "JournalConfig",
    "LimitsConfig",
    "LoggingConfig",
    "OriginsConfig",
    "Section",
    "ServerConfig",
    "WebSocketConfig",
]


# RFC 7230 §3.2.6: the token that RFC 6455 §4.1 asks a subprotocol to be.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 3986 §3.3 without percent-encoding: one spelling for a path, and none that a router unfolds.
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")
# Seconds: a silent client is to be gone within 1.6 heartbeats. After one of them it is pinged, half
# of one is for its answer, and what is left has to do for three looks at it: there is one every
# 5 ms at the most, and each comes a little late.
_SHORTEST_HEARTBEAT = 0.2
_TAKEN_PATHS = ("/api", "/connections", "/healthz", "/live", "/static")


class Section(BaseModel):
    """Settings that belong together, and sections among them; frozen and strict."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )


class ServerConfig(Section):
    host: Text = Field(
        "localhost",
        description="Name or address to listen on; 0.0.0.0 and :: stand for every interface.",
    )
    port: Whole = Field(
        8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    shutdown_timeout: Duration = Field(
        5.0, ge=0, le=600, description="Time for goodbyes to clients when the server stops."
    )

    @field_validator("host")
    @classmethod
    def _check_host(cls, host: str) -> str:
        if not re.fullmatch(r"[^\s/\[\]@]+", host) or not host.isprintable():
            raise ValueError(
                "expected a name or an address without brackets, such as localhost, 0.0.0.0 or ::1"
            )
        return host


class HostsConfig(Section):
    allowed: Texts = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="Names that requests may ask for in their Host header.",
    )

    @field_validator("allowed")
    @classmethod
    def _check_allowed(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if not allowed:
            raise ValueError("expected at least one name: without any, nobody could reach the page")
        HostPolicy(allowed)
        return allowed


class OriginsConfig(Section):
    allowed: Texts = Field(
        ("same-origin",),
        description="Origins whose pages may open a WebSocket: same-origin, an origin, or *.",
    )
    allow_missing: Switch = Field(
        True, description="Whether clients without an Origin (all but browsers) may, too."
    )

    @field_validator("allowed")
    @classmethod
    def _check_allowed(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        OriginPolicy(allowed)
        return allowed


class CompressionConfig(Section):
    enabled: Switch = Field(True, description="Whether permessage-deflate is agreed to (RFC 7692).")
    window_bits: Whole = Field(
        12,
        ge=9,
        le=15,
        description="Size of the windows, both ways, as a power of two; each one more doubles it.",
    )
    memory_level: Whole = Field(
        5, ge=1, le=9, description="How much memory deflate may take beside its window."
    )
    context_takeover: Switch = Field(
        True, description="Whether a message may refer to those before; if not, none are kept."
    )
    threshold: Size = Field(
        64, ge=0, le=1024**3, description="Size from which an answer is compressed; 0 is every one."
    )


class WebSocketConfig(Section):
    path: Text = Field("/ws", description="Path of the echo.")
    heartbeat: Duration = Field(
        20.0,
        ge=_SHORTEST_HEARTBEAT,
        le=3600,
        description="Time without a byte after which a client is pinged.",
    )
    close_timeout: Duration = Field(
        5.0, ge=0.01, le=600, description="Time for a client to answer a close."
    )
    subprotocols: Subprotocols = Field(
        "any", description="Subprotocols that are negotiated: any, or those of a list."
    )
    compression: CompressionConfig = Field(
        CompressionConfig(), description="Compression of messages, with clients that offer it."
    )

    @field_validator("path")
    @classmethod
    def _check_path(cls, path: str) -> str:
        first, *segments = path.split("/")
        if segments and not segments[-1]:
            segments.pop()
        if (
            first
            or not segments
            or not all(_SEGMENT.fullmatch(segment) for segment in segments)
            or not {".", ".."}.isdisjoint(segments)
        ):
            raise ValueError("expected a path such as /ws: from /, without query or % escapes")
        if f"/{segments[0]}" in _TAKEN_PATHS:
            raise ValueError(f"expected a path outside of {', '.join(_TAKEN_PATHS)}")
        return path

    @field_validator("subprotocols")
    @classmethod
    def _check_subprotocols(cls, subprotocols: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(subprotocols, tuple):
            for name in subprotocols:
                if not _TOKEN.fullmatch(name):
                    raise ValueError(
                        f"expected tokens of letters, digits and !#$%&'*+-.^_`|~, unlike {name!r}"
                    )
            if len(set(subprotocols)) < len(subprotocols):
                raise ValueError("expected each subprotocol once")
        return subprotocols


class LimitsConfig(Section):
    max_message_size: Size = Field(
        1024**2, ge=1, le=1024**3, description="Size of the largest message that is echoed."
    )
    max_connections: Whole = Field(
        10_000, ge=1, le=1_000_000, description="How many WebSockets may be open at once."
    )
    max_connections_per_ip: Whole = Field(
        0, ge=0, le=1_000_000, description="How many of them from one address; 0 is all of them."
    )
    handshake_timeout: Duration = Field(
        10.0,
        ge=0.01,
        le=3600,
        description="Time for a request head, from the connection or the last answer on.",
    )
    message_timeout: Duration = Field(
        60.0, ge=0, le=86_400, description="Time for a message to come whole; 0 is no limit."
    )
    slow_peer_timeout: Duration = Field(
        10.0, ge=0.01, le=3600, description="Time after which a client that reads nothing is cut."
    )


class JournalConfig(Section):
    events: Whole = Field(
        20_000, ge=1, le=10_000_000, description="How many events are remembered."
    )
    bytes: Size = Field(
        64 * 1024**2, ge=1, le=64 * 1024**3, description="How much memory they may take."
    )
    payload: Size = Field(
        4096, ge=0, le=1024**2, description="How much of a frame's payload is remembered."
    )
    connections: Whole = Field(
        1000, ge=0, le=1_000_000, description="How many closed connections are remembered."
    )


class LoggingConfig(Section):
    level: Level = Field("info", description="What is logged: this level and those above it.")
    format: LogFormat = Field("text", description="Lines for people (text) or programs (json).")
