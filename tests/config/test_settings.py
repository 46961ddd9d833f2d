"""Every setting once: defaults, bounds, help, and the sample file that repeats them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

import webapp
from tests.command import REPOSITORY
from webapp.app import create_app
from webapp.config.sections import ServerConfig, WebSocketConfig
from webapp.config.settings import Config, Setting, dump_config, section_paths, settings
from webapp.config.sources import load_config
from webapp.config.yamlfile import parse_yaml
from webapp.wire.settings import Waits

SAMPLE = REPOSITORY / "config.yaml"
SHORTEST_HEARTBEAT = 0.2  # seconds


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


def written(setting: Setting, value: object) -> dict[str, object]:
    """The sections of a file with this setting and no other."""
    tree: dict[str, object] = {setting.path[-1]: value}
    for name in reversed(setting.path[:-1]):
        tree = {name: tree}
    return tree


def test_every_default_is_valid_and_every_setting_has_a_line_of_help() -> None:
    for setting in settings():
        assert setting.help.endswith("."), setting.key
        assert "\n" not in setting.help
        assert setting.of(Config()) == setting.default
        config = Config.model_validate(written(setting, setting.kind.write(setting.default)))
        assert config == Config(), setting.key


def test_a_section_may_stand_within_another() -> None:
    assert ("websocket", "compression") in section_paths()
    (setting,) = (each for each in settings() if each.path[-1] == "window_bits")
    assert setting.key == "websocket.compression.window_bits"
    assert setting.variable == "ECHOSCOPE_WEBSOCKET__COMPRESSION__WINDOW_BITS"
    config = Config.model_validate(written(setting, 15))
    assert setting.of(config) == config.websocket.compression.window_bits == 15


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("websocket.compression.window_bits", 9, 15),  # zlib has no raw window of 8 bits
        ("websocket.compression.memory_level", 1, 9),
        ("websocket.compression.threshold", 0, 1024**3),
        ("limits.max_connections", 1, 1_000_000),
        ("limits.max_connections_per_ip", 0, 1_000_000),
        ("websocket.heartbeat", 0, 3600),
        ("websocket.close_timeout", 0.01, 600),
        ("limits.slow_peer_timeout", 0.01, 3600),
        ("limits.message_timeout", 0, 86_400),
        ("limits.handshake_timeout", 0.01, 3600),
    ],
)
def test_a_number_has_bounds(key: str, least: float, most: float) -> None:
    (setting,) = (each for each in settings() if each.key == key)
    for value in (least, most):
        assert setting.of(Config.model_validate(written(setting, value))) == value
    for value in (least - least / 1000 if isinstance(least, float) else least - 1, most + 1):
        with pytest.raises(ValidationError):
            Config.model_validate(written(setting, value))


def test_a_heartbeat_is_none_at_all_or_one_of_some_length() -> None:
    assert WebSocketConfig(heartbeat=SHORTEST_HEARTBEAT).heartbeat == SHORTEST_HEARTBEAT
    for heartbeat in (0.001, SHORTEST_HEARTBEAT * 0.999):
        with pytest.raises(ValidationError, match="expected 200ms or more, or 0 for no heartbeat"):
            WebSocketConfig(heartbeat=heartbeat)


def test_the_shortest_heartbeat_is_one_that_can_be_kept() -> None:
    """A silent client is gone 1.6 heartbeats later: 1.5 of them, and three looks in good time."""
    looks = 3 * Waits(heartbeat=SHORTEST_HEARTBEAT).sweep_interval
    assert looks <= 0.8 * 0.1 * SHORTEST_HEARTBEAT


def test_the_sample_file_is_the_defaults() -> None:
    assert load_config(str(SAMPLE)).config == Config()
    lines = parse_yaml(SAMPLE.read_text()).lines
    keys = {path for path in lines if not isinstance(path[-1], int)}
    assert keys == {setting.path for setting in settings()} | set(section_paths())


def test_every_setting_of_the_sample_file_has_a_comment_above_it() -> None:
    lines = SAMPLE.read_text().splitlines()
    for (_, *names), number in parse_yaml(SAMPLE.read_text()).lines.items():
        if names and isinstance(names[-1], str):
            assert re.match(rf"{'  ' * len(names)}# \S", lines[number - 2]), (
                f"nothing stands above {lines[number - 1]}"
            )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"server": {"host": "::1", "port": 0, "shutdown_timeout": 0.1 + 0.2}},
        {"websocket": {"subprotocols": ["chat", "true", "1"], "heartbeat": 1.0123456789}},
        {"websocket": {"subprotocols": []}, "origins": {"allowed": []}},
        {
            "hosts": {"allowed": ["*"]},
            "access": {"public": True},
            "journal": {"bytes": 12345, "payload": 0},
        },
        {
            "server": {
                "public_url": "https://echo.example",
                "trusted_proxies": ["10.0.0.0/8", "::1"],
            },
            "access": {"public": True},
            "journal": {"redact": ["X-Api-Key", "1", "null"]},
        },
        {"websocket": {"path": "/x", "compression": {"enabled": False, "threshold": 1000}}},
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
