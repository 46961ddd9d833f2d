"""One source of the configuration: its values, where they stand, and the mistakes among them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from webapp.config.settings import Config, section_paths, settings
from webapp.printable import one_line

__all__ = [
    "OUTERMOST_SECTIONS",
    "Layer",
    "Problem",
    "check",
    "merge",
    "quoted",
    "suggest",
    "without_empty",
]

_KEYS = {setting.path: setting for setting in settings()}
_SECTIONS = tuple(section_paths())

OUTERMOST_SECTIONS = tuple(path[0] for path in _SECTIONS if len(path) == 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong there, and what would be right."""

    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return one_line(f"{self.place}: {self.fault}; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says: sections of values, and where to find each of them by its path."""

    values: Mapping[Any, Any] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    default_place: str = ""
    is_text: bool = True


def without_empty(tree: Mapping[Any, Any], above: tuple[Any, ...] = ()) -> dict[Any, Any]:
    """Make sections of what reads as null: those whose lines are all commented out."""
    filled = {}
    for key, value in tree.items():
        if (*above, key) in _SECTIONS:
            value = {} if value is None else value
            value = without_empty(value, (*above, key)) if isinstance(value, dict) else value
        filled[key] = value
    return filled


def merge(values: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Put the values of another source above these; only sections are mappings."""
    for name, value in above.items():
        if isinstance(value, Mapping):
            merge(values.setdefault(name, {}), value)
        else:
            values[name] = value


def check(layer: Layer) -> Iterator[Problem]:
    """Validate a source by itself: a mistake stays one where another source overrides it."""
    try:
        Config.model_validate(layer.values, strict=not layer.is_text)
    except ValidationError as errors:
        seen = set()
        for error in errors.errors():
            path = _path_of(error["loc"])
            if path not in seen:
                seen.add(path)
                yield _explain(layer, path, error["type"], error.get("ctx", {}).get("error"))


def suggest(name: str, known: Iterable[str]) -> str:
    """Return what somebody may have meant by a name that is not known."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"


def quoted(value: object) -> str:
    """Return a value as it might stand in a file, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _path_of(loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Cut a pydantic location to that of a setting or section, or of what is neither."""
    path = tuple(map(str, loc))
    ends = range(1, len(path))
    return path[: next((end for end in ends if path[:end] not in _SECTIONS), len(path))]


def _explain(layer: Layer, path: tuple[str, ...], kind: str, reason: object) -> Problem:
    key = ".".join(path)
    places = (layer.places.get(path[:end]) for end in range(len(path), 0, -1))
    place = next(filter(None, places), layer.default_place)
    if kind in {"extra_forbidden", "invalid_key"}:
        inner = (names for names in (*_KEYS, *_SECTIONS) if len(names) > 1)
        known = OUTERMOST_SECTIONS if len(path) == 1 else tuple(map(".".join, inner))
        return Problem(place, f"there is no setting {key}", suggest(key, known))
    value: Any = layer.values
    for part in path:
        value = value[part]
    fault = f"{key} is {quoted(value)}"
    if path in _SECTIONS:
        first = next(setting for setting in _KEYS.values() if setting.path[:-1] == path)
        example = f"{path[-1]}: {{{first.path[-1]}: {quoted(first.kind.write(first.default))}}}"
        return Problem(place, fault, f"expected settings, such as {example}")
    setting = _KEYS[path]
    # A sentence of our own says more than the kind of value does.
    return Problem(place, fault, str(reason or f"expected {setting.expected}"))
