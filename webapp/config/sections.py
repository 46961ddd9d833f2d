"""Every setting once, in its section: type, default, unit and bounds, and one line of help."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from webapp.config.entries import FieldName, HostEntry, OriginEntry, ProxyEntry
from webapp.config.kinds import (
    Duration,
    Level,
    LogFormat,
    Size,
    Subprotocols,
    Switch,
    Texts,
    Whole,
)
from webapp.config.texts import EchoPath, ListenHost, PublicUrl, Token
from webapp.config.units import format_duration
from webapp.gate.hosts import HostPolicy

__all__ = [
    "AccessConfig",
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


# Seconds: a silent client is to be gone within 1.6 heartbeats. After one of them it is pinged, half
# of one is for its answer, and what is left has to do for three looks at it: there is one every
# 5 ms at the most, and each comes a little late.
_SHORTEST_HEARTBEAT = 0.2


class Section(BaseModel):
    """Settings that belong together, and sections among them; frozen and strict."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        hide_input_in_errors=True,  # the token may be in it
    )


class ServerConfig(Section):
    host: ListenHost = Field(
        "localhost",
        description="Name or address to listen on; 0.0.0.0 and :: stand for every interface.",
    )
    port: Whole = Field(
        8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    shutdown_timeout: Duration = Field(
        5.0, ge=0, le=600, description="Time for goodbyes to clients when the server stops."
    )
    trusted_proxies: Texts[ProxyEntry] = Field(
        (), description="Addresses or networks of proxies that are believed about their clients."
    )
    public_url: PublicUrl = Field(
        "", description="Origin that the server has for others, such as https://echo.example.com."
    )


class HostsConfig(Section):
    allowed: Texts[HostEntry] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="Names that requests may ask for in their Host header.",
    )

    @field_validator("allowed")
    @classmethod
    def _check_allowed(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if not allowed:
            raise ValueError("expected at least one name: without any, nobody could reach the page")
        HostPolicy(allowed)  # what each entry by itself does not show: * beside others
        return allowed


class OriginsConfig(Section):
    allowed: Texts[OriginEntry] = Field(
        ("same-origin",),
        description="Origins whose pages may open a WebSocket: same-origin, an origin, or *.",
    )
    allow_missing: Switch = Field(
        True, description="Whether clients without an Origin (all but browsers) may, too."
    )


class AccessConfig(Section):
    token: Token = Field(
        "", repr=False, description="Secret that the page and the API ask for; empty is none."
    )
    public: Switch = Field(
        False, description="Whether everybody who can reach the server may read all messages."
    )


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
    path: EchoPath = Field("/ws", description="Path of the echo.")
    heartbeat: Duration = Field(
        20.0,
        ge=0,
        le=3600,
        description="Time without a byte after which a client is pinged; 0 is never.",
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

    @field_validator("heartbeat")
    @classmethod
    def _check_heartbeat(cls, heartbeat: float) -> float:
        if 0 < heartbeat < _SHORTEST_HEARTBEAT:
            least = format_duration(_SHORTEST_HEARTBEAT)
            raise ValueError(f"expected {least} or more, or 0 for no heartbeat")
        return heartbeat

    @field_validator("subprotocols")
    @classmethod
    def _check_subprotocols(cls, subprotocols: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(subprotocols, tuple) and len(set(subprotocols)) < len(subprotocols):
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
    redact: Texts[FieldName] = Field(
        (), description="Header fields and query parameters whose values are not remembered."
    )


class LoggingConfig(Section):
    level: Level = Field("info", description="What is logged: this level and those above it.")
    format: LogFormat = Field("text", description="Lines for people (text) or programs (json).")
