"""Where the configuration comes from: defaults, a file, the environment, the command line."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from webapp.config.settings import Config, Setting, settings
from webapp.config.yamlfile import YamlError, parse_yaml
from webapp.printable import one_line

__all__ = ["ConfigError", "Loaded", "Problem", "load_config"]

DEFAULT_FILE = Path("config.yaml")
FILE_VARIABLE = "ECHOSCOPE_CONFIG"
PREFIX = "ECHOSCOPE_"

_VARIABLES = {setting.variable: setting for setting in settings()}
_KEYS: dict[tuple[str, ...], Setting] = {
    (setting.section, setting.name): setting for setting in settings()
}
_SECTIONS = tuple(Config.model_fields)

# Kubernetes tells every container of every service: one that is called "echoscope" gives these.
_OF_KUBERNETES = re.compile(
    r"ECHOSCOPE_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)=.*"
    r"|ECHOSCOPE_PORT=(tcp|udp|sctp)://.*"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong there, and what would be right."""

    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return one_line(f"{self.place}: {self.fault}; {self.remedy}")


class ConfigError(Exception):
    """The configuration has mistakes, and all of them are in `problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, and the file that it was read from, if any."""

    config: Config
    file: Path | None


def load_config(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Loaded:
    """Read all sources, each above the one before: defaults, file, PORT, ECHOSCOPE_*, flags.

    `file` is the --config flag, `environ` the environment (nothing by default), and `flags` holds
    the text of other flags by the key of their setting ("server.port"). Lists are replaced, not
    merged. Raises ConfigError with every mistake of every source, overridden ones too.
    """
    environ = environ or {}
    problems: list[Problem] = []
    path, from_file = _find_file(file, environ, problems)
    layers = [
        from_file,
        _read_port(environ),
        _read_environment(environ, problems),
        _read_flags(flags or {}),
    ]
    merged: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for layer in layers:
        found = list(_check(layer))
        problems += found
        if not found:
            for section, values in layer.values.items():
                merged[section].update(values)
    if problems:
        raise ConfigError(problems)
    return Loaded(Config.model_validate(merged, strict=False), path)


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one source says: values by section and name, and where to find each of them."""

    values: Mapping[Any, Any] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    default_place: str = ""
    is_text: bool = True


class _Variables(Config, BaseSettings):
    """How the environment names the settings; only ever described, never made."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", strict=False, frozen=True
    )


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Read JSON, and let pass what is none: the check of the whole layer reports it."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except (ValueError, RecursionError):
            return value


def _find_file(
    flag: str | None, environ: Mapping[str, str], problems: list[Problem]
) -> tuple[Path | None, _Layer]:
    if flag is not None:
        asked, by = flag, "--config"
    elif FILE_VARIABLE in environ:
        asked, by = environ[FILE_VARIABLE], FILE_VARIABLE
    elif os.path.lexists(DEFAULT_FILE):
        asked, by = str(DEFAULT_FILE), str(DEFAULT_FILE)
    else:
        return None, _Layer()
    if not asked:
        problems.append(Problem(by, "no file is named", "expected the path of a YAML file"))
        return None, _Layer()
    return Path(asked), _read_file(asked, by, problems)


def _read_file(name: str, by: str, problems: list[Problem]) -> _Layer:
    expected = "expected a file of YAML"
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        fault = f"{name} cannot be read ({error.strerror or error})"
        problems.append(Problem(by, fault, f"{expected} that can be read"))
        return _Layer()
    try:
        document = parse_yaml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = f"byte 0x{data[error.start]:02x} is not UTF-8"
        problems.append(Problem(f"{name}, line {line}", fault, f"{expected} in UTF-8"))
        return _Layer()
    except YamlError as error:
        place = name if error.line is None else f"{name}, line {error.line}"
        problems.append(Problem(place, f"broken YAML: {error}", expected))
        return _Layer()

    problems += [
        Problem(
            f"{name}, line {key.line}",
            f"{'.'.join(key.path)} stands there again, first on line {key.first_line}",
            "expected each key once",
        )
        for key in document.repeated
    ]
    tree = {} if document.value is None else document.value
    if not isinstance(tree, dict):
        fault = f"the file holds {_given(tree)}"
        problems.append(Problem(name, fault, f"expected sections such as {_SECTIONS[0]}:"))
        return _Layer()
    return _Layer(
        # A section whose lines are all commented out reads as null.
        values={section: {} if values is None else values for section, values in tree.items()},
        places={path: f"{name}, line {line}" for path, line in document.lines.items()},
        default_place=name,
        is_text=False,
    )


def _read_port(environ: Mapping[str, str]) -> _Layer:
    if "PORT" not in environ:
        return _Layer()
    return _Layer({"server": {"port": environ["PORT"]}}, {("server", "port"): "PORT"})


def _read_environment(environ: Mapping[str, str], problems: list[Problem]) -> _Layer:
    ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name, value in ours.items():
        known = name in _VARIABLES or name == FILE_VARIABLE
        if not known and not _OF_KUBERNETES.fullmatch(f"{name}={value}"):
            problems.append(Problem(name, "there is no such variable", _suggest(name, _VARIABLES)))
    source = _Environment(_Variables)
    source.env_vars = {name.lower(): value for name, value in ours.items() if name in _VARIABLES}
    return _Layer(source(), {path: setting.variable for path, setting in _KEYS.items()})


def _read_flags(flags: Mapping[str, str]) -> _Layer:
    values: dict[str, dict[str, str]] = {}
    places: dict[tuple[str, ...], str] = {}
    for key, text in flags.items():
        section, name = key.split(".")
        values.setdefault(section, {})[name] = text
        places[section, name] = f"--{name}"
    return _Layer(values, places)


def _check(layer: _Layer) -> Iterator[Problem]:
    """Validate a source by itself: a mistake stays one where another source overrides it."""
    try:
        Config.model_validate(layer.values, strict=not layer.is_text)
    except ValidationError as errors:
        seen = set()
        for error in errors.errors():
            path = tuple(str(part) for part in error["loc"][:2])
            if path not in seen:
                seen.add(path)
                yield _explain(layer, path, error["type"], error.get("ctx", {}).get("error"))


def _explain(layer: _Layer, path: tuple[str, ...], kind: str, reason: object) -> Problem:
    key = ".".join(path)
    place = layer.places.get(path) or layer.places.get(path[:1]) or layer.default_place
    if kind in {"extra_forbidden", "invalid_key"}:
        known = [".".join(names) for names in _KEYS] if len(path) == 2 else _SECTIONS
        return Problem(place, f"there is no setting {key}", _suggest(key, known))
    value: Any = layer.values
    for part in path:
        value = value[part]
    fault = f"{key} is {_given(value)}"
    if len(path) == 1:
        return Problem(place, fault, f"expected settings, such as {key}: {{...}}")
    setting = _KEYS[path]
    # A sentence of our own says more than the kind of value does.
    return Problem(place, fault, str(reason or f"expected {setting.expected}"))


def _suggest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"


def _given(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:79]}…"
