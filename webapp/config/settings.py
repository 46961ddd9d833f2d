"""Every setting once: its name, type, default, unit and bounds, and one line of help."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.fields import FieldInfo

from webapp.config.kinds import (
    Duration,
    Kind,
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
    "Config",
    "HostsConfig",
    "JournalConfig",
    "LimitsConfig",
    "LoggingConfig",
    "OriginsConfig",
    "ServerConfig",
    "Setting",
    "WebSocketConfig",
    "dump_config",
    "settings",
]


# RFC 7230 §3.2.6: the token that RFC 6455 §4.1 asks a subprotocol to be.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 3986 §3.3 without percent-encoding: one spelling for a path, and none that a router unfolds.
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")
_TAKEN_PATHS = ("/api", "/connections", "/healthz", "/live", "/static")


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )


class ServerConfig(_Section):
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


class HostsConfig(_Section):
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


class OriginsConfig(_Section):
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


class WebSocketConfig(_Section):
    path: Text = Field("/ws", description="Path of the echo.")
    heartbeat: Duration = Field(
        20.0, ge=0.01, le=3600, description="Time without a byte after which a client is pinged."
    )
    close_timeout: Duration = Field(
        5.0, ge=0.01, le=600, description="Time for a client to answer a close."
    )
    subprotocols: Subprotocols = Field(
        "any", description="Subprotocols that are negotiated: any, or those of a list."
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


class LimitsConfig(_Section):
    max_message_size: Size = Field(
        1024**2, ge=1, le=1024**3, description="Size of the largest message that is echoed."
    )
    max_connections: Whole = Field(
        10_000, ge=1, le=1_000_000, description="How many WebSockets may be open at once."
    )
    slow_peer_timeout: Duration = Field(
        10.0, ge=0.01, le=3600, description="Time after which a client that reads nothing is cut."
    )


class JournalConfig(_Section):
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


class LoggingConfig(_Section):
    level: Level = Field("info", description="What is logged: this level and those above it.")
    format: LogFormat = Field("text", description="Lines for people (text) or programs (json).")


class Config(_Section):
    """The whole configuration; `Config()` is all defaults and reads nothing from outside."""

    server: ServerConfig = Field(ServerConfig(), description="Where the server listens.")
    hosts: HostsConfig = Field(HostsConfig(), description="Which names the server answers to.")
    origins: OriginsConfig = Field(OriginsConfig(), description="Which pages may open a WebSocket.")
    websocket: WebSocketConfig = Field(WebSocketConfig(), description="The echo itself.")
    limits: LimitsConfig = Field(LimitsConfig(), description="What one client may take.")
    journal: JournalConfig = Field(JournalConfig(), description="What is remembered.")
    logging: LoggingConfig = Field(LoggingConfig(), description="What is said meanwhile.")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, for those who list, explain or write settings."""

    section: str
    name: str
    help: str
    expected: str
    default: Any
    kind: Kind

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        return f"ECHOSCOPE_{self.section}__{self.name}".upper()


def settings() -> Iterator[Setting]:
    """List every setting in the order in which the configuration has them."""
    for section, outer in Config.model_fields.items():
        for name, field in type(outer.default).model_fields.items():
            kind = next(mark for mark in field.metadata if isinstance(mark, Kind))
            yield Setting(
                section=section,
                name=name,
                help=field.description or "",
                expected=_expected(field, kind),
                default=field.default,
                kind=kind,
            )


def dump_config(config: Config) -> str:
    """Write the configuration as YAML that reads back as the same configuration."""
    tree: dict[str, dict[str, Any]] = {section: {} for section in Config.model_fields}
    for setting in settings():
        value = getattr(getattr(config, setting.section), setting.name)
        tree[setting.section][setting.name] = setting.kind.write(value)
    text: str = yaml.safe_dump(tree, sort_keys=False)
    return text


def _expected(field: FieldInfo, kind: Kind) -> str:
    low = next((kind.write(mark.ge) for mark in field.metadata if isinstance(mark, Ge)), None)
    high = next((kind.write(mark.le) for mark in field.metadata if isinstance(mark, Le)), None)
    return kind.expected if low is None else f"{kind.expected}, from {low} to {high}"
