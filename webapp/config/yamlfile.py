"""YAML without surprises: only `true` is true, keys are there once, and each has a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Document", "RepeatedKey", "YamlError", "parse_yaml"]


class YamlError(Exception):
    """The text is not YAML; `line` says where, counted from 1, if that is known."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that its mapping had already."""

    path: tuple[str, ...]
    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """What the text says, and on which line (from 1) each key stands, by its path."""

    value: object
    lines: dict[tuple[str, ...], int]
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
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(filter(None, (error.context, error.problem)))
        raise YamlError(problem, mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(f"{error.reason} (U+{ord(text[error.position]):04X})", line) from None
    except (KeyError, ValueError):
        raise YamlError("a value is not what its tag says") from None
    except RecursionError:
        raise YamlError("it is nested too deeply") from None

    lines: dict[tuple[str, ...], int] = {}
    repeated = []
    for path, line in _keys(node):
        if path in lines:
            repeated.append(RepeatedKey(path, line, lines[path]))
        else:
            lines[path] = line
    return Document(value, lines, tuple(repeated))


def _keys(
    node: yaml.Node | None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Walk the keys of mappings within mappings, as far as they are texts."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            here = (*path, key.value)
            yield here, key.start_mark.line + 1
            yield from _keys(value, here)


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
