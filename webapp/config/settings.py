"""The whole configuration, the list of all settings in it, and how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import yaml
from annotated_types import Ge, Le
from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from webapp.config.exposure import conflicts
from webapp.config.kinds import Kind
from webapp.config.sections import (
    AccessConfig,
    HostsConfig,
    JournalConfig,
    LimitsConfig,
    LoggingConfig,
    OriginsConfig,
    Section,
    ServerConfig,
    WebSocketConfig,
)

__all__ = ["Config", "Sections", "Setting", "dump_config", "section_paths", "settings"]


class Sections(Section):
    """Every section, each right by itself: what one source of several may say."""

    server: ServerConfig = Field(ServerConfig(), description="Where the server listens.")
    hosts: HostsConfig = Field(HostsConfig(), description="Which names the server answers to.")
    origins: OriginsConfig = Field(OriginsConfig(), description="Which pages may open a WebSocket.")
    access: AccessConfig = Field(AccessConfig(), description="Who may read what was recorded.")
    websocket: WebSocketConfig = Field(WebSocketConfig(), description="The echo itself.")
    limits: LimitsConfig = Field(LimitsConfig(), description="What one client may take.")
    journal: JournalConfig = Field(JournalConfig(), description="What is remembered.")
    logging: LoggingConfig = Field(LoggingConfig(), description="What is said meanwhile.")


class Config(Sections):
    """The whole configuration; `Config()` is all defaults and reads nothing from outside.

    Raises ValidationError where settings do not go together: a server that others than this machine
    can reach needs a token, or `access.public`.
    """

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        found = list(conflicts(self.server, self.hosts, self.origins, self.access))
        if found:
            raise ValueError(". ".join(map(str, found)))
        return self


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
    for path, field in _fields(Sections):
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
    return (path for path, field in _fields(Sections) if isinstance(field.default, Section))


def dump_config(config: Config) -> str:
    """Write the configuration as YAML that reads back as the same configuration.

    Secrets are left out, with a line that says so.
    """
    tree: dict[str, Any] = {}
    left_out = ""
    for setting in settings():
        value = setting.of(config)
        if setting.kind.is_secret and value:
            left_out += (
                f"# {setting.key} is set, and left out here: {setting.variable} can give it\n"
            )
            continue
        place = tree
        for name in setting.path[:-1]:
            place = place.setdefault(name, {})
        place[setting.path[-1]] = setting.kind.write(value)
    text: str = yaml.safe_dump(tree, sort_keys=False)
    return left_out + text


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
