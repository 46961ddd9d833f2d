"""The kinds of value that a setting can have, each with the words for what is expected."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Discriminator, Tag

from webapp.config.entries import Subprotocol
from webapp.config.units import format_duration, format_size, parse_duration, parse_size

__all__ = [
    "Duration",
    "Kind",
    "Level",
    "LogFormat",
    "Secret",
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
    is_secret: bool = False

    def write(self, value: Any) -> Any:
        """Return the value as a configuration file would have it."""
        match self.unit:
            case "seconds":
                return format_duration(value)
            case "bytes":
                return format_size(value)
            case None:
                return list(value) if isinstance(value, tuple) else value


_Entry = TypeVar("_Entry")
_LIST = Kind('a list of texts such as ["a", "b"]')
_LONGEST_EXAMPLE = 80


def _sequence(value: object) -> object:
    """Make a tuple of a list; whoever wrote one text instead is shown how it looks as a list."""
    if isinstance(value, str):
        texts = re.split(r"[\s,]+", value.strip())
        example = json.dumps(texts, ensure_ascii=False)
        # With a bracket, it was meant as a list, and is none of JSON.
        if texts[0] and not value.startswith("[") and len(example) <= _LONGEST_EXAMPLE:
            raise ValueError(f"expected a list: write {example}")
    return tuple(value) if isinstance(value, list) else value


def _word_or_list(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "word"


Text = Annotated[str, Kind("text")]
Secret = Annotated[str, Kind("text (a number in quotes)", is_secret=True)]
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
Texts = Annotated[tuple[_Entry, ...], BeforeValidator(_sequence), _LIST]
Subprotocols = Annotated[
    Annotated[Literal["any"], Tag("word")]
    | Annotated[tuple[Subprotocol, ...], BeforeValidator(_sequence), Tag("list")],
    Discriminator(_word_or_list),
    Kind('"any", or a list of subprotocols such as ["chat", "mqtt"]'),
]
Level = Annotated[
    Literal["debug", "info", "warning", "error"], Kind("debug, info, warning or error")
]
LogFormat = Annotated[Literal["text", "json"], Kind("text or json")]
