"""One mistake in the configuration: where it stands, what is wrong, and what would be right."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from webapp.printable import one_line

__all__ = [
    "KeyPath",
    "Problem",
    "did_you_mean",
    "meant_by",
    "name_of",
    "quoted",
    "setting_of",
    "suggest",
]

# The names of sections and of a setting; for an entry of a list, its index behind them.
KeyPath: TypeAlias = tuple[str | int, ...]

_LONGEST_QUOTE = 80
_SAME_NAME = 0.8  # how near the last name of a path has to be where those before it differ


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong there, and what would be right.

    `path` is the setting or section that it is about, empty where there is none.
    """

    place: str
    fault: str
    remedy: str
    path: KeyPath = ()

    def __str__(self) -> str:
        return one_line(f"{self.place}: {self.fault}; {self.remedy}")


def name_of(path: KeyPath) -> str:
    """Return what a path is called: hosts.allowed, or hosts.allowed[1] for an entry."""
    names = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return names.removeprefix(".")


def setting_of(path: KeyPath) -> tuple[str, ...]:
    """Return the path of a setting from that of an entry of its list."""
    return tuple(part for part in path if isinstance(part, str))


def quoted(value: object) -> str:
    """Return a value as it might stand in a file: cut where it is long, and without what it nests.

    Whole sections nest where lines are indented wrong, and one of them has a secret.
    """
    text = json.dumps(_flat(value), ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def suggest(name: str, known: Iterable[str]) -> str:
    """Return what somebody may have meant by a name that is not known."""
    near = get_close_matches(name, known, n=1)
    return did_you_mean(near) or f"expected one of {', '.join(known)}"


def meant_by(path: tuple[str, ...], known: Collection[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return what a path may have been meant for: the nearest beside it, and its name elsewhere."""
    last = path[-1].lower()
    beside = {names[-1]: names for names in known if names[:-1] == path[:-1]}
    near = [beside[name] for name in get_close_matches(last, beside, n=1)]
    names = dict.fromkeys(names[-1] for names in known)
    same = get_close_matches(last, names, n=1, cutoff=_SAME_NAME)
    if not beside.keys().isdisjoint(same):
        return near
    return near + [names for names in known if names[-1] in same]


def did_you_mean(names: Iterable[str]) -> str:
    """Ask whether one of these was meant; of none, it is empty."""
    either = " or ".join(names)
    return f"did you mean {either}?" if either else ""


def _flat(value: object) -> object:
    match value:
        case dict():
            return dict.fromkeys(value, "…")
        case list() | tuple():
            return ["…" if isinstance(part, dict | list | tuple) else part for part in value]
        case _:
            return value
