"""Where the configuration comes from: defaults, a file, the environment, the command line."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from webapp.config.exposure import conflicts
from webapp.config.layers import (
    OUTERMOST_SECTIONS,
    Layer,
    check,
    merge,
    without,
    without_empty,
)
from webapp.config.problems import KeyPath, Problem, did_you_mean, meant_by, setting_of, suggest
from webapp.config.settings import Config, Sections, settings
from webapp.config.yamlfile import YamlError, parse_yaml

__all__ = ["ConfigError", "Loaded", "Problem", "load_config"]

DEFAULT_FILE = Path("config.yaml")
FILE_VARIABLE = "ECHOSCOPE_CONFIG"
PREFIX = "ECHOSCOPE_"

_VARIABLES = {setting.variable: setting for setting in settings()}
_PATHS = {setting.path: setting for setting in settings()}

# Kubernetes tells every container of every service: one that is called "echoscope" gives these.
_OF_KUBERNETES = re.compile(
    r"ECHOSCOPE_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)=.*"
    r"|ECHOSCOPE_PORT=(tcp|udp|sctp)://.*"
)


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
    merged: dict[str, Any] = {}
    for layer in layers:
        found = list(check(layer))
        problems += found
        merge(merged, without(layer.values, {setting_of(problem.path) for problem in found}))
    problems += _conflicts(merged, layers, problems)
    if problems:
        raise ConfigError(problems)
    return Loaded(Config.model_validate(merged, strict=False), path)


def _conflicts(
    merged: Mapping[str, Any], layers: Sequence[Layer], problems: Iterable[Problem]
) -> Iterator[Problem]:
    """Look at all sources together, as far as no mistake hides what was meant there."""
    known = set(_PATHS)
    doubtful: set[KeyPath] = set()
    for problem in problems:
        path = setting_of(problem.path)
        # A section has all that is in it, and a name that is none may have been meant for any.
        doubtful |= {name for name in known if name[: len(path)] == path} or known
    if doubtful == known:
        return
    config = Sections.model_validate(merged, strict=False)
    for conflict in conflicts(
        config.server, config.hosts, config.origins, config.access, doubtful=doubtful
    ):
        setting = setting_of(conflict.path)
        layer = next(layer for layer in reversed(layers) if layer.says(setting))
        yield Problem(layer.place_of(conflict.path), conflict.fault, conflict.remedy, conflict.path)


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
) -> tuple[Path | None, Layer]:
    if flag is not None:
        asked, by = flag, "--config"
    elif FILE_VARIABLE in environ:
        asked, by = environ[FILE_VARIABLE], FILE_VARIABLE
    elif os.path.lexists(DEFAULT_FILE):
        asked, by = str(DEFAULT_FILE), str(DEFAULT_FILE)
    else:
        return None, Layer()
    if not asked:
        problems.append(Problem(by, "no file is named", "expected the path of a YAML file"))
        return None, Layer()
    return Path(asked), _read_file(asked, by, problems)


def _read_file(name: str, by: str, problems: list[Problem]) -> Layer:
    expected = "expected a file of YAML"
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        fault = f"{name} cannot be read ({error.strerror or error})"
        problems.append(Problem(by, fault, f"{expected} that can be read"))
        return Layer()
    try:
        document = parse_yaml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = f"byte 0x{data[error.start]:02x} is not UTF-8"
        problems.append(Problem(f"{name}, line {line}", fault, f"{expected} in UTF-8"))
        return Layer()
    except YamlError as error:
        place = name if error.line is None else f"{name}, line {error.line}"
        problems.append(Problem(place, f"broken YAML: {error}", error.remedy))
        return Layer()

    problems += [
        Problem(
            f"{name}, line {key.line}",
            f"{'.'.join(key.path)} stands there again, first on line {key.first_line}",
            "expected each key once",
            key.path,
        )
        for key in document.repeated
    ]
    tree = {} if document.value is None else document.value
    if not isinstance(tree, dict):
        # Not shown: it may be anything, a secret too.
        fault = f"the file holds a {'list' if isinstance(tree, list) else 'single value'}"
        problems.append(Problem(name, fault, f"expected sections such as {OUTERMOST_SECTIONS[0]}:"))
        return Layer()
    return Layer(
        values=without_empty(tree),
        places={path: f"{name}, line {line}" for path, line in document.lines.items()},
        default_place=name,
        is_text=False,
    )


def _read_port(environ: Mapping[str, str]) -> Layer:
    if "PORT" not in environ:
        return Layer()
    return Layer({"server": {"port": environ["PORT"]}}, {("server", "port"): "PORT"})


def _read_environment(environ: Mapping[str, str], problems: list[Problem]) -> Layer:
    ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name, value in ours.items():
        known = name in _VARIABLES or name == FILE_VARIABLE
        if not known and not _OF_KUBERNETES.fullmatch(f"{name}={value}"):
            problems.append(Problem(name, "there is no such variable", _suggest_variable(name)))
    source = _Environment(_Variables)
    source.env_vars = {name.lower(): value for name, value in ours.items() if name in _VARIABLES}
    return Layer(source(), {setting.path: name for name, setting in _VARIABLES.items()})


def _suggest_variable(name: str) -> str:
    near = meant_by(tuple(name.removeprefix(PREFIX).lower().split("__")), _PATHS)
    return did_you_mean(_PATHS[path].variable for path in near) or suggest(name, _VARIABLES)


def _read_flags(flags: Mapping[str, str]) -> Layer:
    values: dict[str, dict[str, str]] = {}
    places: dict[KeyPath, str] = {}
    for key, text in flags.items():
        section, name = key.split(".")
        values.setdefault(section, {})[name] = text
        places[section, name] = f"--{name}"
    return Layer(values, places)
