"""YAML that holds no surprises."""

import pytest

from webapp.config.yamlfile import RepeatedKey, YamlError, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("off", "off"),
        ("0", 0),
        ("-12", -12),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        ("1.0e+3", 1000.0),
        ("2020-01-01", "2020-01-01"),
        ("9" * 5000, "9" * 5000),
        ("~", None),
        ("", None),
        ("'5'", "5"),
        ("[a, 1]", ["a", 1]),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: object) -> None:
    parsed = parse_yaml(text).value
    assert (parsed, type(parsed)) == (value, type(value))


def test_each_key_has_its_line() -> None:
    document = parse_yaml("# one\na:\n  b: 1\n\n  c: {d: 2,\n e: []}\n")
    lines = {("a",): 2, ("a", "b"): 3, ("a", "c"): 5, ("a", "c", "d"): 5, ("a", "c", "e"): 6}
    assert document.lines == lines


def test_a_key_that_is_there_twice_is_reported_with_both_lines() -> None:
    document = parse_yaml("a:\n  b: 1\n  b: {c: 2,\nc: 3}\na: {}\n")
    assert set(document.repeated) == {
        RepeatedKey(("a", "b"), 3, 2),
        RepeatedKey(("a", "b", "c"), 4, 3),
        RepeatedKey(("a",), 5, 1),
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [", 2, "expected the node content"),
        ("a: 1\n\tb: 2", 2, "cannot start any token"),
        ("a\n---\nb", 2, "another document"),
        ("a: 1\nb: \x07", 2, "U+0007"),
        ("a: &x 1\nb: *x", 2, "aliases are not supported"),
        ("a: &x [*x]", 1, "aliases are not supported"),
        ("? [a]\n: 1", 1, "unhashable"),
        ("a: !!python/name:os.system", 1, "begins with ! is a tag"),
        ("a: !!timestamp x", 1, "begins with ! is a tag"),
        ("a: !!bool perhaps", None, "not what its tag says"),
        ("a: !!int many", None, "not what its tag says"),
        ("[" * 10_000, None, "nested too deeply"),
    ],
)
def test_what_is_not_yaml_is_reported_with_its_line(
    text: str, line: int | None, words: str
) -> None:
    with pytest.raises(YamlError) as caught:
        parse_yaml(text)
    assert words in str(caught.value)
    assert caught.value.line == line
