"""Every setting once: defaults, bounds, help, and the sample file that repeats them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

import webapp
from tests.command import REPOSITORY
from webapp.app import create_app
from webapp.config.settings import Config, ServerConfig, dump_config, settings
from webapp.config.sources import load_config
from webapp.config.yamlfile import parse_yaml

SAMPLE = REPOSITORY / "config.yaml"


def test_the_defaults_read_nothing_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.yaml").write_text("server: {port: 1}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("ECHOSCOPE_SERVER__PORT", "3")
    assert Config().server.port == 8080


def test_the_package_offers_what_embedders_need() -> None:
    assert webapp.Config is Config
    assert webapp.create_app is create_app
    with pytest.raises(AttributeError, match="no attribute 'create_ap'"):
        webapp.create_ap  # noqa: B018


def test_the_configuration_cannot_be_changed() -> None:
    config = Config()
    with pytest.raises(ValidationError, match="frozen"):
        config.server = ServerConfig(port=1)
    with pytest.raises(ValidationError, match="frozen"):
        config.server.port = 1


def test_units_are_gone_once_a_configuration_is_made() -> None:
    config = Config.model_validate(
        {
            "limits": {"max_message_size": "2KiB", "slow_peer_timeout": "1m"},
            "origins": {"allowed": ["*"]},
        }
    )
    assert config.limits.max_message_size == 2048
    assert config.limits.slow_peer_timeout == 60.0
    assert config.origins.allowed == ("*",)


def test_every_default_is_valid_and_every_setting_has_a_line_of_help() -> None:
    for setting in settings():
        assert setting.help.endswith("."), setting.key
        assert "\n" not in setting.help
        section = {setting.name: setting.kind.write(setting.default)}
        config = Config.model_validate({setting.section: section})
        assert config == Config(), setting.key


def test_the_sample_file_is_the_defaults() -> None:
    assert load_config(str(SAMPLE)).config == Config()
    document = parse_yaml(SAMPLE.read_text())
    keys = {".".join(path) for path in document.lines if len(path) == 2}
    assert keys == {setting.key for setting in settings()}


def test_every_setting_of_the_sample_file_has_a_comment_above_it() -> None:
    lines = SAMPLE.read_text().splitlines()
    for (_, *names), number in parse_yaml(SAMPLE.read_text()).lines.items():
        if names:
            assert re.match(r"  # \S", lines[number - 2]), (
                f"nothing stands above {lines[number - 1]}"
            )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"server": {"host": "::1", "port": 0, "shutdown_timeout": 0.1 + 0.2}},
        {"websocket": {"subprotocols": ["chat", "true", "1"], "heartbeat": 0.0123456789}},
        {"websocket": {"subprotocols": []}, "origins": {"allowed": [], "allow_missing": False}},
        {"hosts": {"allowed": ["*"]}, "journal": {"bytes": 12345, "payload": 0}},
    ],
)
def test_what_is_printed_reads_back_as_the_same_configuration(
    changes: dict[str, object], tmp_path: Path
) -> None:
    config = Config.model_validate(changes)
    (tmp_path / "printed.yaml").write_text(dump_config(config))
    assert load_config(str(tmp_path / "printed.yaml")).config == config


@pytest.mark.parametrize("path", ["/ws", "/a/b", "/ws/", "/livestream", "/a.b~c", "/@:x"])
def test_a_path_that_a_router_takes_as_it_is_can_be_chosen(path: str) -> None:
    assert Config.model_validate({"websocket": {"path": path}}).websocket.path == path


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/",
            "//",
            "ws",
            "/ws?x",
            "/ws#x",
            "/a//b",
            "//ws",
            "/a/../b",
            "/.",
            "/w s",
            "/w%20s",
        ),
        *("/{x}", "/ü", "/ws\n", "/live", "/live/", "/live/x", "/healthz", "/static", "/static/x"),
        *("/api", "/api/ws", "/connections/1"),
    ],
)
def test_a_path_that_is_taken_or_ambiguous_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="expected a path"):
        Config.model_validate({"websocket": {"path": path}})
