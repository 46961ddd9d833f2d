"""One source of the configuration: its values, where they stand, and the mistakes among them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from webapp.config.problems import (
    KeyPath,
    Problem,
    did_you_mean,
    meant_by,
    name_of,
    quoted,
    setting_of,
    suggest,
)
from webapp.config.settings import Sections, section_paths, settings

__all__ = ["OUTERMOST_SECTIONS", "Layer", "check", "merge", "without", "without_empty"]

_KEYS = {setting.path: setting for setting in settings()}
_SECRETS = tuple(setting.path for setting in settings() if setting.kind.is_secret)
_SECTIONS = tuple(section_paths())

OUTERMOST_SECTIONS = tuple(path[0] for path in _SECTIONS if len(path) == 1)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says: sections of values, and where to find each of them by its path."""

    values: Mapping[Any, Any] = field(default_factory=dict)
    places: Mapping[KeyPath, str] = field(default_factory=dict)
    default_place: str = ""
    is_text: bool = True

    def place_of(self, path: KeyPath) -> str:
        """Return where a setting stands, or the nearest thing around it of which that is known."""
        places = (self.places.get(path[:end]) for end in range(len(path), 0, -1))
        return next(filter(None, places), self.default_place)

    def says(self, path: KeyPath) -> bool:
        """Tell whether there is a value for a setting."""
        tree: Any = self.values
        for name in path:
            if not isinstance(tree, Mapping) or name not in tree:
                return False
            tree = tree[name]
        return True


def without_empty(tree: Mapping[Any, Any], above: tuple[Any, ...] = ()) -> dict[Any, Any]:
    """Make sections of what reads as null: those whose lines are all commented out."""
    filled = {}
    for key, value in tree.items():
        if (*above, key) in _SECTIONS:
            value = {} if value is None else value
            value = without_empty(value, (*above, key)) if isinstance(value, dict) else value
        filled[key] = value
    return filled


def without(tree: Mapping[Any, Any], paths: Collection[KeyPath]) -> dict[Any, Any]:
    """Leave out what stands at these paths."""
    left: dict[Any, Any] = {}
    for key, value in tree.items():
        inner = {path[1:] for path in paths if path[0] == key}
        if () not in inner:
            left[key] = without(value, inner) if inner else value
    return left


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
        Sections.model_validate(layer.values, strict=not layer.is_text)
    except ValidationError as errors:
        seen = set()
        for error in errors.errors():
            path = _path_of(error["loc"])
            if path not in seen:
                seen.add(path)
                yield _explain(layer, path, error["type"], error.get("ctx", {}).get("error"))


def _path_of(loc: tuple[int | str, ...]) -> KeyPath:
    """Cut a pydantic location to that of a setting, of an entry of its list, or of a section.

    Of what is none of these, it is the part that is known and one name more.
    """
    names = tuple(map(str, loc))
    ends = range(1, len(names))
    end = next((end for end in ends if names[:end] not in _SECTIONS), len(names))
    # What else stands there are names for the choices that a kind has.
    index = [part for part in loc[end:] if isinstance(part, int)]
    return (*names[:end], *index[:1])


def _explain(layer: Layer, path: KeyPath, kind: str, reason: object) -> Problem:
    place = layer.place_of(path)
    if kind in {"extra_forbidden", "invalid_key"}:
        return Problem(place, *_unknown(tuple(map(str, path))), path)
    if path in _SECTIONS:
        first = next(setting for setting in _KEYS.values() if setting.path[:-1] == path)
        example = f"{path[-1]}: {{{first.path[-1]}: {quoted(first.kind.write(first.default))}}}"
        expected = f"settings, such as {example}"
    else:
        expected = _KEYS[setting_of(path)].expected
    if any(secret[: len(path)] == path for secret in _SECRETS):
        fault = f"{name_of(path)} is wrong (not shown, as it is secret)"
    else:
        value: Any = layer.values
        for part in path:
            value = value[part]
        fault = f"{name_of(path)} is {quoted(value)}"
    # A sentence of our own says more than the kind of value does.
    return Problem(place, fault, str(reason or f"expected {expected}"), path)


def _unknown(path: tuple[str, ...]) -> tuple[str, str]:
    """Return what is wrong with a name that is not known, and what may have been meant by it."""
    key = ".".join(path)
    # The name of a setting elsewhere is no secret.
    is_known = any(path[-1] == names[-1] for names in _KEYS)
    if not is_known and any(secret[:-1] == path[:-1] for secret in _SECRETS):
        beside = {names[-1]: ".".join(names) for names in _KEYS if names[:-1] == path[:-1]}
        if not path[-1].isalpha() or not get_close_matches(path[-1], beside):
            # With a colon or a space forgotten, it is the secret, or has it in it.
            fault = f"{'.'.join(path[:-1])} holds something else than settings"
            return fault, f"expected {' or '.join(beside.values())}"
    known = (*_KEYS, *_SECTIONS)
    near = did_you_mean(map(".".join, meant_by(path, known)))
    inner = (
        OUTERMOST_SECTIONS if len(path) == 1 else [".".join(names) for names in known if names[1:]]
    )
    return f"there is no setting {key}", near or suggest(key, inner)
