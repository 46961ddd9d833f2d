"""The kinds of value that a setting can have, each with the words for what is expected."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from webapp.config.units import format_duration, format_size, parse_duration, parse_size

__all__ = [
    "Duration",
    "Kind",
    "Level",
    "LogFormat",
    "Size",
    "Subprotocols",
    "Switch",
    "Text",
    "Texts",
    "Whole",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the value of a setting looks like to those who write it."""

    expected: str
    unit: Literal["seconds", "bytes"] | None = None

    def write(self, value: Any) -> Any:
        """Return the value as a configuration file would have it."""
        match self.unit:
            case "seconds":
                return format_duration(value)
            case "bytes":
                return format_size(value)
            case None:
                return list(value) if isinstance(value, tuple) else value


def _sequence(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, Kind("text")]
Whole = Annotated[int, Kind("a whole number")]
Switch = Annotated[bool, Kind("true or false")]
Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    Kind("a duration such as 250ms, 5s, 2m or 1h", "seconds"),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    Kind("a size in whole bytes such as 4096, 64KiB, 1MiB or 10MB", "bytes"),
]
Texts = Annotated[
    tuple[str, ...], BeforeValidator(_sequence), Kind('a list of texts such as ["a", "b"]')
]
Subprotocols = Annotated[
    Literal["any"] | tuple[str, ...],
    BeforeValidator(_sequence),
    Kind('"any", or a list of subprotocols such as ["chat", "mqtt"]'),
]
Level = Annotated[
    Literal["debug", "info", "warning", "error"], Kind("debug, info, warning or error")
]
LogFormat = Annotated[Literal["text", "json"], Kind("text or json")]
