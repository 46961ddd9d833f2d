"""The whole configuration, the list of all settings in it, and how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from annotated_types import Ge, Le
from pydantic import Field
from pydantic.fields import FieldInfo

from webapp.config.kinds import Kind
from webapp.config.sections import (
    HostsConfig,
    JournalConfig,
    LimitsConfig,
    LoggingConfig,
    OriginsConfig,
    Section,
    ServerConfig,
    WebSocketConfig,
)

__all__ = ["Config", "Setting", "dump_config", "section_paths", "settings"]


class Config(Section):
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
    """One setting, for those who list, explain or write settings; its path names its sections."""

    path: tuple[str, ...]
    help: str
    expected: str
    default: Any
    kind: Kind

    @property
    def key(self) -> str:
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        return f"ECHOSCOPE_{'__'.join(self.path)}".upper()

    def of(self, config: Config) -> Any:
        """Return its value in a configuration."""
        value: Any = config
        for name in self.path:
            value = getattr(value, name)
        return value


def settings() -> Iterator[Setting]:
    """List every setting in the order in which the configuration has them."""
    for path, field in _fields(Config):
        if not isinstance(field.default, Section):
            kind = next(mark for mark in field.metadata if isinstance(mark, Kind))
            yield Setting(
                path=path,
                help=field.description or "",
                expected=_expected(field, kind),
                default=field.default,
                kind=kind,
            )


def section_paths() -> Iterator[tuple[str, ...]]:
    """List every section, those within others after these."""
    return (path for path, field in _fields(Config) if isinstance(field.default, Section))


def dump_config(config: Config) -> str:
    """Write the configuration as YAML that reads back as the same configuration."""
    tree: dict[str, Any] = {}
    for setting in settings():
        place = tree
        for name in setting.path[:-1]:
            place = place.setdefault(name, {})
        place[setting.path[-1]] = setting.kind.write(setting.of(config))
    text: str = yaml.safe_dump(tree, sort_keys=False)
    return text


def _fields(
    section: type[Section], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Walk the fields of a section and of those within it."""
    for name, field in section.model_fields.items():
        path = (*above, name)
        yield path, field
        if isinstance(field.default, Section):
            yield from _fields(type(field.default), path)


def _expected(field: FieldInfo, kind: Kind) -> str:
    low = next((kind.write(mark.ge) for mark in field.metadata if isinstance(mark, Ge)), None)
    high = next((kind.write(mark.le) for mark in field.metadata if isinstance(mark, Le)), None)
    return kind.expected if low is None else f"{kind.expected}, from {low} to {high}"
