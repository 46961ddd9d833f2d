"""Where the configuration comes from, which source is above which, and what a mistake says."""

from pathlib import Path

import pytest

from tests.config.mistakes import mistakes
from webapp.config.settings import Config, settings
from webapp.config.sources import load_config


def test_without_any_source_it_is_the_defaults() -> None:
    loaded = load_config()
    assert loaded.config == Config()
    assert loaded.file is None


def test_each_source_is_above_the_one_before() -> None:
    file = "server: {port: 1}"
    port = {"PORT": "2"}
    specific = {**port, "ECHOSCOPE_SERVER__PORT": "3"}
    Path("config.yaml").write_text(file)
    assert load_config().config.server.port == 1
    assert load_config(environ=port).config.server.port == 2
    assert load_config(environ=specific).config.server.port == 3
    assert load_config(None, specific, {"server.port": "4"}).config.server.port == 4


def test_a_source_changes_only_what_it_names() -> None:
    Path("config.yaml").write_text("server: {host: '::1', port: 1}\nlimits: {max_connections: 5}")
    config = load_config(None, {"ECHOSCOPE_SERVER__PORT": "3"}).config
    assert (config.server.host, config.server.port) == ("::1", 3)
    assert config.limits.max_connections == 5


def test_a_source_changes_only_what_it_names_in_a_section_within_a_section() -> None:
    Path("config.yaml").write_text(
        "websocket: {path: /echo, compression: {window_bits: 15, threshold: 1KiB}}"
    )
    environ = {
        "ECHOSCOPE_WEBSOCKET__COMPRESSION__THRESHOLD": "2KiB",
        "ECHOSCOPE_WEBSOCKET__COMPRESSION__ENABLED": "false",
    }
    websocket = load_config(None, environ).config.websocket
    assert (websocket.path, websocket.compression.window_bits) == ("/echo", 15)
    assert (websocket.compression.threshold, websocket.compression.enabled) == (2048, False)
    assert websocket.compression.memory_level == Config().websocket.compression.memory_level


def test_a_list_is_replaced_and_not_merged() -> None:
    Path("config.yaml").write_text("origins: {allowed: [https://a.example, https://b.example]}")
    assert load_config().config.origins.allowed == ("https://a.example", "https://b.example")
    config = load_config(None, {"ECHOSCOPE_ORIGINS__ALLOWED": '["https://c.example"]'}).config
    assert config.origins.allowed == ("https://c.example",)


def test_the_file_is_the_flag_else_the_variable_else_the_one_that_is_there() -> None:
    for port, name in enumerate(("flag.yaml", "variable.yaml", "config.yaml"), 1):
        Path(name).write_text(f"server: {{port: {port}}}")
    variable = {"ECHOSCOPE_CONFIG": "variable.yaml"}
    for loaded, port, name in (
        (load_config("flag.yaml", variable), 1, "flag.yaml"),
        (load_config(None, variable), 2, "variable.yaml"),
        (load_config(), 3, "config.yaml"),
    ):
        assert loaded.config.server.port == port
        assert loaded.file == Path(name)


@pytest.mark.parametrize(
    "text",
    [
        *("", "# nothing\n", "server:\n", "server: {}", "\ufeffserver:\n"),
        *("websocket:\n  compression:\n", "websocket: {compression: {}}"),
    ],
)
def test_an_empty_file_and_an_empty_section_are_the_defaults(text: str) -> None:
    Path("config.yaml").write_text(text, encoding="utf-8")
    assert load_config().config == Config()


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("ECHOSCOPE_SERVER__HOST", "127.0.0.2", "server.host", "127.0.0.2"),
        ("ECHOSCOPE_ACCESS__TOKEN", "12345", "access.token", "12345"),
        ("ECHOSCOPE_JOURNAL__REDACT", '["X-Api-Key"]', "journal.redact", ("X-Api-Key",)),
        ("ECHOSCOPE_SERVER__SHUTDOWN_TIMEOUT", "250ms", "server.shutdown_timeout", 0.25),
        ("ECHOSCOPE_SERVER__SHUTDOWN_TIMEOUT", "3", "server.shutdown_timeout", 3.0),
        ("ECHOSCOPE_ORIGINS__ALLOW_MISSING", "false", "origins.allow_missing", False),
        ("ECHOSCOPE_ORIGINS__ALLOW_MISSING", "0", "origins.allow_missing", False),
        ("ECHOSCOPE_ORIGINS__ALLOWED", "[]", "origins.allowed", ()),
        ("ECHOSCOPE_LIMITS__MAX_MESSAGE_SIZE", "64KiB", "limits.max_message_size", 65536),
        ("ECHOSCOPE_WEBSOCKET__SUBPROTOCOLS", "any", "websocket.subprotocols", "any"),
        ("ECHOSCOPE_WEBSOCKET__SUBPROTOCOLS", '["a", "b"]', "websocket.subprotocols", ("a", "b")),
        ("ECHOSCOPE_LOGGING__LEVEL", "debug", "logging.level", "debug"),
        (
            "ECHOSCOPE_WEBSOCKET__COMPRESSION__WINDOW_BITS",
            "9",
            "websocket.compression.window_bits",
            9,
        ),
    ],
)
def test_a_variable_is_text_that_is_read_as_its_setting_needs(
    variable: str, text: str, key: str, value: object
) -> None:
    (setting,) = (each for each in settings() if each.key == key)
    assert setting.of(load_config(None, {variable: text}).config) == value


def test_every_setting_has_a_variable() -> None:
    for setting in settings():
        assert mistakes(None, {setting.variable: "\x00"})[0].startswith(f"{setting.variable}: ")


@pytest.mark.parametrize(
    "variable",
    [
        "ECHOSCOPE_SERVICE_HOST=10.0.0.1",
        "ECHOSCOPE_SERVICE_PORT_HTTP=8080",
        "ECHOSCOPE_PORT=tcp://10.0.0.1:8080",
        "ECHOSCOPE_PORT_8080_TCP_ADDR=10.0.0.1",
        "echoscope_server__port=1",
        "ECHOSCOPES=1",
    ],
)
def test_variables_that_others_set_are_left_alone(variable: str) -> None:
    name, _, value = variable.partition("=")
    assert load_config(None, {name: value}).config == Config()


WHOLE = "expected a whole number, from 0 to 65535"
DURATION = "expected a duration such as 250ms, 5s, 2m or 1h"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('server: {port: "8080"}', f'config.yaml, line 1: server.port is "8080"; {WHOLE}'),
        ("server:\n  port: 99999", f"config.yaml, line 2: server.port is 99999; {WHOLE}"),
        ("server: {port: true}", f"config.yaml, line 1: server.port is true; {WHOLE}"),
        ("server: {port: 80.0}", f"config.yaml, line 1: server.port is 80.0; {WHOLE}"),
        ("server: {port: }", f"config.yaml, line 1: server.port is null; {WHOLE}"),
        ("server: {port: {a: 1}}", f'config.yaml, line 1: server.port is {{"a": "…"}}; {WHOLE}'),
        ("server: {host: 1}", "config.yaml, line 1: server.host is 1; expected text"),
        (
            'server: {host: "[::1]"}',
            'config.yaml, line 1: server.host is "[::1]"; expected a name or an address without '
            "brackets, such as localhost, 0.0.0.0 or ::1",
        ),
        (
            "server: {shutdown_timeout: 1:30}",
            f'config.yaml, line 1: server.shutdown_timeout is "1:30"; {DURATION}',
        ),
        (
            "websocket: {heartbeat: 2h}",
            f'config.yaml, line 1: websocket.heartbeat is "2h"; {DURATION}, from 0s to 1h',
        ),
        (
            "websocket: {heartbeat: .inf}",
            f"config.yaml, line 1: websocket.heartbeat is Infinity; {DURATION}",
        ),
        (
            "journal: {payload: -1}",
            "config.yaml, line 1: journal.payload is -1; expected a size in whole bytes such as "
            "4096, 64KiB, 1MiB or 10MB",
        ),
        (
            "origins: {allow_missing: yes}",
            'config.yaml, line 1: origins.allow_missing is "yes"; expected true or false',
        ),
        (
            "hosts: {allowed: localhost}",
            'config.yaml, line 1: hosts.allowed is "localhost"; '
            'expected a list: write ["localhost"]',
        ),
        (
            "hosts: {allowed: []}",
            "config.yaml, line 1: hosts.allowed is []; "
            "expected at least one name: without any, nobody could reach the page",
        ),
        (
            "websocket: {subprotocols: some}",
            'config.yaml, line 1: websocket.subprotocols is "some"; '
            'expected "any", or a list of subprotocols such as ["chat", "mqtt"]',
        ),
        (
            "websocket: {subprotocols: [a, b c]}",
            'config.yaml, line 1: websocket.subprotocols[1] is "b c"; '
            "expected a name such as chat: only letters, digits and !#$%&'*+-.^_`|~",
        ),
        (
            "websocket: {subprotocols: [a, a]}",
            'config.yaml, line 1: websocket.subprotocols is ["a", "a"]; '
            "expected each subprotocol once",
        ),
        (
            "logging: {level: loud}",
            'config.yaml, line 1: logging.level is "loud"; expected debug, info, warning or error',
        ),
        (
            "server: {prot: 1}",
            "config.yaml, line 1: there is no setting server.prot; did you mean server.port?",
        ),
        (
            "sever: {port: 1}",
            "config.yaml, line 1: there is no setting sever; did you mean server?",
        ),
        (
            "1: 2",
            "config.yaml, line 1: there is no setting 1; expected one of server, hosts, origins, "
            "access, websocket, limits, journal, logging",
        ),
        (
            "server: {port: 1}\nserver: {port: 1}",
            "config.yaml, line 2: server stands there again, first on line 1; "
            "expected each key once",
        ),
        (
            "server: 5",
            "config.yaml, line 1: server is 5; expected settings, such as server: "
            '{host: "localhost"}',
        ),
        (
            "websocket:\n  compression: false",
            "config.yaml, line 2: websocket.compression is false; expected settings, such as "
            "compression: {enabled: true}",
        ),
        (
            "websocket:\n  compression:\n    window_bits: 8",
            "config.yaml, line 3: websocket.compression.window_bits is 8; "
            "expected a whole number, from 9 to 15",
        ),
        (
            "websocket:\n  compression:\n    treshold: 8",
            "config.yaml, line 3: there is no setting websocket.compression.treshold; "
            "did you mean websocket.compression.threshold?",
        ),
        (
            "websocket:\n  compresion:\n    threshold: 8",
            "config.yaml, line 2: there is no setting websocket.compresion; "
            "did you mean websocket.compression?",
        ),
        (
            "server: {token: a}",
            "config.yaml, line 1: there is no setting server.token; did you mean access.token?",
        ),
        (
            "limits: {REDACT: a}",
            "config.yaml, line 1: there is no setting limits.REDACT; did you mean journal.redact?",
        ),
        (
            "server: {tokne: a}",
            "config.yaml, line 1: there is no setting server.tokne; did you mean access.token?",
        ),
        (
            "server:\n  allowed: [a]",
            "config.yaml, line 2: there is no setting server.allowed; "
            "did you mean hosts.allowed or origins.allowed?",
        ),
        (
            "access: {redact: [a]}",
            "config.yaml, line 1: there is no setting access.redact; did you mean journal.redact?",
        ),
        (
            "limits: {connections: 1}",
            "config.yaml, line 1: there is no setting limits.connections; "
            "did you mean limits.max_connections or journal.connections?",
        ),
        (
            "hosts: {alowed: [a]}",
            "config.yaml, line 1: there is no setting hosts.alowed; did you mean hosts.allowed?",
        ),
        (
            "websocket: {threshold: 1}",
            "config.yaml, line 1: there is no setting websocket.threshold; "
            "did you mean websocket.compression.threshold?",
        ),
        (
            "compression: {enabled: false}",
            "config.yaml, line 1: there is no setting compression; "
            "did you mean websocket.compression?",
        ),
        (
            "host: localhost",
            "config.yaml, line 1: there is no setting host; did you mean hosts or server.host?",
        ),
        ("- server", "config.yaml: the file holds a list; expected sections such as server:"),
        ("hello", "config.yaml: the file holds a single value; expected sections such as server:"),
        (
            "server:\n  port: [",
            "config.yaml, line 2: broken YAML: while parsing a flow node, expected the node "
            "content, but found '<stream end>'; expected a file of YAML",
        ),
        ("!!bool x", "config.yaml: broken YAML: a value is not what its tag says; expected"),
    ],
)
def test_a_mistake_in_the_file_says_where_what_and_what_else(text: str, expected: str) -> None:
    Path("config.yaml").write_text(text)
    (said,) = set(mistakes()) - {
        # What is there twice is reported for its section and for the key within.
        "config.yaml, line 2: server.port stands there again, first on line 1; "
        "expected each key once"
    }
    assert said.startswith(expected)


@pytest.mark.parametrize("key", ["hosts", "origins"])
def test_a_pattern_that_a_policy_does_not_know_is_told_in_its_words(key: str) -> None:
    Path("config.yaml").write_text(f'{key}:\n  allowed: ["a/b"]')
    (said,) = mistakes()
    assert said.startswith(f'config.yaml, line 2: {key}.allowed[0] is "a/b"; this is not a')


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PORT": "http"}, f'PORT: server.port is "http"; {WHOLE}'),
        ({"PORT": ""}, f'PORT: server.port is ""; {WHOLE}'),
        (
            {"ECHOSCOPE_SERVER__PORT": "true"},
            f'ECHOSCOPE_SERVER__PORT: server.port is "true"; {WHOLE}',
        ),
        (
            {"ECHOSCOPE_SERVER__PROT": "1"},
            "ECHOSCOPE_SERVER__PROT: there is no such variable; "
            "did you mean ECHOSCOPE_SERVER__PORT?",
        ),
        (
            {"ECHOSCOPE_WEBSOCKET__COMPRESSION": "false"},
            "ECHOSCOPE_WEBSOCKET__COMPRESSION: there is no such variable; "
            "did you mean ECHOSCOPE_WEBSOCKET__COMPRESSION__ENABLED?",
        ),
        (
            {"ECHOSCOPE_WEBSOCKET__COMPRESSION__MEMORY_LEVEL": "10"},
            "ECHOSCOPE_WEBSOCKET__COMPRESSION__MEMORY_LEVEL: "
            'websocket.compression.memory_level is "10"; expected a whole number, from 1 to 9',
        ),
        (
            {"ECHOSCOPE_TOKEN": "1"},
            "ECHOSCOPE_TOKEN: there is no such variable; did you mean ECHOSCOPE_ACCESS__TOKEN?",
        ),
        (
            {"ECHOSCOPE_SERVER__ALLOWED": "[]"},
            "ECHOSCOPE_SERVER__ALLOWED: there is no such variable; "
            "did you mean ECHOSCOPE_HOSTS__ALLOWED or ECHOSCOPE_ORIGINS__ALLOWED?",
        ),
        (
            {"ECHOSCOPE_PORT": "9000"},
            "ECHOSCOPE_PORT: there is no such variable; did you mean ECHOSCOPE_",
        ),
        (
            {"ECHOSCOPE_SERVER": '{"port": 1}'},
            "ECHOSCOPE_SERVER: there is no such variable; did you mean ECHOSCOPE_SERVER__",
        ),
        (
            {"ECHOSCOPE_HOSTS__ALLOWED": "localhost"},
            'ECHOSCOPE_HOSTS__ALLOWED: hosts.allowed is "localhost"; '
            'expected a list: write ["localhost"]',
        ),
        (
            {"ECHOSCOPE_HOSTS__ALLOWED": '["localhost"'},
            'ECHOSCOPE_HOSTS__ALLOWED: hosts.allowed is "[\\"localhost\\""; expected a list',
        ),
        (
            {"ECHOSCOPE_HOSTS__ALLOWED": "[" * 100_000},
            'ECHOSCOPE_HOSTS__ALLOWED: hosts.allowed is "[[[[',
        ),
        (
            {"ECHOSCOPE_LOGGING__LEVEL": "a\n\x1b[1mb\udc80"},
            r'ECHOSCOPE_LOGGING__LEVEL: logging.level is "a\n\u001b[1mb\udc80"; expected debug',
        ),
        ({"ECHOSCOPE_CONFIG": ""}, "ECHOSCOPE_CONFIG: no file is named; expected the path"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(environ: dict[str, str], expected: str) -> None:
    (said,) = mistakes(None, environ)
    assert said.startswith(expected)
    assert said.isprintable()
    assert len(said) < 500


def test_a_mistake_in_a_flag_names_the_flag() -> None:
    assert mistakes(None, {}, {"server.port": "-1"}) == [
        f'--port: server.port is "-1"; {WHOLE}',
    ]


def test_a_file_that_cannot_be_read_is_named_with_the_reason(directory: Path) -> None:
    (directory / "folder").mkdir()
    remedy = "expected a file of YAML that can be read"
    assert mistakes("missing.yaml") == [
        f"--config: missing.yaml cannot be read (No such file or directory); {remedy}"
    ]
    assert mistakes(None, {"ECHOSCOPE_CONFIG": "folder"}) == [
        f"ECHOSCOPE_CONFIG: folder cannot be read (Is a directory); {remedy}"
    ]


def test_a_default_file_that_leads_nowhere_is_a_mistake_and_not_ignored() -> None:
    Path("config.yaml").symlink_to("elsewhere.yaml")
    assert "No such file" in mistakes()[0]


def test_a_file_that_is_not_utf_8_is_told_so_with_the_line() -> None:
    Path("config.yaml").write_bytes(b"server:\n  host: caf\xe9\n")
    assert mistakes() == [
        "config.yaml, line 2: byte 0xe9 is not UTF-8; expected a file of YAML in UTF-8"
    ]


def test_all_mistakes_of_all_sources_are_told_at_once_also_overridden_ones() -> None:
    Path("config.yaml").write_text("server: {port: no, host: 1}\nlimits: {max_connections: 0}\n")
    said = mistakes(None, {"PORT": "x", "ECHOSCOPE_X": "1"}, {"server.port": "y"})
    assert [line.split(":")[0] for line in said] == [
        *["ECHOSCOPE_X", "config.yaml, line 1", "config.yaml, line 1", "config.yaml, line 2"],
        *["PORT", "--port"],
    ]
