"""YAML without surprises: only `true` is true, keys are there once, and each has a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Document", "RepeatedKey", "YamlError", "parse_yaml"]


# What a value cannot begin with, unless it is in quotes.
_SIGNS = {
    "*": "an alias, and aliases are not supported",
    "&": "an anchor",
    "!": "a tag",
    "|": "a block of text",
    ">": "a block of text",
    **dict.fromkeys("@`%", "nothing that YAML knows"),
}
_EXAMPLES = {"*": ', such as "*.example.com"'}


class YamlError(Exception):
    """The text is not YAML; `line` says where, counted from 1, if that is known."""

    def __init__(
        self, problem: str, line: int | None = None, remedy: str = "expected a file of YAML"
    ) -> None:
        super().__init__(problem)
        self.line = line
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that its mapping had already."""

    path: tuple[str, ...]
    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """What the text says, and on which line (from 1) each key and each entry of a list stands.

    A path is the keys from the outermost on, and for an entry its index behind them.
    """

    value: object
    lines: dict[tuple[str | int, ...], int]
    repeated: tuple[RepeatedKey, ...]


def parse_yaml(text: str) -> Document:
    """Read one YAML document; raises YamlError."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise _explain(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(f"{error.reason} (U+{ord(text[error.position]):04X})", line) from None
    except (LookupError, ValueError, ArithmeticError):
        raise YamlError("a value is not what its tag says") from None
    except RecursionError:
        raise YamlError("it is nested too deeply") from None

    lines: dict[tuple[str | int, ...], int] = {}
    repeated = []
    for path, line in _keys(node):
        if path in lines:
            repeated.append(RepeatedKey(path, line, lines[path]))
        else:
            lines[path] = line
    return Document(value, lines | dict(_entries(node)), tuple(repeated))


def _keys(
    node: yaml.Node | None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Walk the keys of mappings within mappings, as far as they are texts."""
    for key, value in _pairs(node):
        here = (*path, key.value)
        yield here, key.start_mark.line + 1
        yield from _keys(value, here)


def _entries(
    node: yaml.Node | None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Walk the entries of the lists in them: of a list that is there twice, the last counts."""
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            yield (*path, index), entry.start_mark.line + 1
    for key, value in _pairs(node):
        yield from _entries(value, (*path, key.value))


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def _explain(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    """Say what is wrong; names from the text are not among the words, as one may be a secret."""
    marks = list(filter(None, (error.context_mark, error.problem_mark)))
    for mark in marks:
        first = text[mark.index : mark.index + 1]
        if sign := _SIGNS.get(first):
            remedy = f"write it in quotes if it is text{_EXAMPLES.get(first, '')}"
            return YamlError(f"what begins with {first} is {sign}", mark.line + 1, remedy)
    problem = ", ".join(filter(None, (error.context, error.problem)))
    return YamlError(problem, marks[-1].line + 1 if marks else None)


class _Loader(yaml.SafeLoader):
    """Know only YAML 1.2's core schema: `yes`, `1:30` and `010` are texts, `<<` is a key."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: some nest without end, others grow without bound."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not supported", mark)
        return super().compose_node(parent, index)


for _kind, _first, _pattern in (
    ("null", ["~", "n", "N", ""], r"~|null|Null|NULL|"),
    ("bool", list("tTfF"), r"true|True|TRUE|false|False|FALSE"),
    ("int", list("-+0123456789"), r"[-+]?(?:0|[1-9][0-9]{0,17})"),
    (
        "float",
        list("-+.0123456789"),
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(rf"(?:{_pattern})\Z"), _first
    )

_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None
    or tag.rpartition(":")[2] in {"null", "bool", "int", "float", "str", "seq", "map"}
}
