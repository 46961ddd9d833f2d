"""The command, run as a process: what it says, what it answers to, and how it ends."""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.command import COMMAND, PATIENCE, environment, run, serving, started
from webapp import __version__
from webapp.config import Config
from webapp.config.sources import load_config

pytestmark = pytest.mark.slow


@contextmanager
def mute_client(address: str) -> Iterator[socket.socket]:
    """Open a WebSocket that never answers anything."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port)) as sock:
        sock.sendall(
            f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert sock.recv(4096).startswith(b"HTTP/1.1 101 ")
        yield sock


def say(address: str, request: bytes) -> bytes:
    """Send bytes to the server and return all that it answers until it closes."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port)) as sock:
        sock.sendall(request)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def read_pipe(pipe: Path) -> str:
    """Wait, not for ever, until somebody writes to a named pipe."""
    reading = os.open(pipe, os.O_RDWR)
    try:
        ready, _, _ = select.select([reading], [], [], PATIENCE)
        assert ready, f"nobody wrote to {pipe.name}"
        return os.read(reading, 4096).decode()
    finally:
        os.close(reading)


@contextmanager
def hold_reader(pipe: Path) -> Iterator[None]:
    """Wait, not for ever, until somebody reads from a named pipe, and let them wait for text."""
    release = threading.Timer(PATIENCE, lambda: os.close(os.open(pipe, os.O_RDWR)))
    release.start()
    try:
        writing = os.open(pipe, os.O_WRONLY)
    finally:
        release.cancel()
    try:
        yield
    finally:
        os.close(writing)


def test_it_serves_the_page_at_the_address_that_it_names(tmp_path: Path) -> None:
    with serving("--port", "0", cwd=tmp_path) as served:
        assert served.configuration == "none, all defaults"
        with urlopen(served.page) as response:
            assert response.status == 200
            assert response.headers.get_content_type() == "text/html"
        page, websocket = urlsplit(served.page), urlsplit(served.socket)
        assert page.hostname == websocket.hostname == "localhost"
        assert page.port == websocket.port != 0
        assert (websocket.scheme, websocket.path) == ("ws", "/ws")
        assert served.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_exit_status_0(number: int, tmp_path: Path) -> None:
    with serving("--port", "0", cwd=tmp_path) as served:
        status, errors = served.end(number)
    assert status == 0
    assert "Traceback" not in errors


def test_a_client_that_does_not_answer_cannot_hold_up_the_end(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("server: {shutdown_timeout: 500ms}")
    with (
        serving("--port", "0", cwd=tmp_path) as served,
        mute_client(served.socket) as client,
    ):
        begin = time.monotonic()
        status, errors = served.end(signal.SIGTERM)
        assert time.monotonic() - begin < 1.5 + 0.5  # what a process needs to be gone on top
        goodbye = client.recv(4096)
    assert status == 0
    assert "Traceback" not in errors
    assert goodbye[0] == 0x88, "no close frame came"
    assert goodbye[2:4] == (1001).to_bytes(2), "and it says that the server goes away"


ENDLESS = """
import asyncio, sys
from webapp import cli, serve

create_app = serve.create_app

async def hang(_):
    await asyncio.Event().wait()

def endless(config):
    app = create_app(config)
    app.on_shutdown.append(hang)
    return app

serve.create_app = endless
sys.exit(cli.main(["--port", "0"]))
"""


def test_an_application_that_never_ends_cannot_hold_up_the_end_either(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("server: {shutdown_timeout: 100ms}")
    with serving(cwd=tmp_path, command=(sys.executable, "-c", ENDLESS)) as served:
        begin = time.monotonic()
        status, errors = served.end(signal.SIGTERM)
        assert time.monotonic() - begin < 1.1 + 0.5
    assert status == 0
    assert "something has not ended within 0.1 s of server.shutdown_timeout" in errors


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "server: {shutdown_timeout: 60s}\nwebsocket: {close_timeout: 60s}"
    )
    with serving("--port", "0", cwd=tmp_path) as served, mute_client(served.socket) as client:
        served.process.send_signal(signal.SIGINT)
        assert client.recv(1) == b"\x88"  # now it waits for the answer
        status, errors = served.end(signal.SIGINT)
    assert status == 130
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_starts_ends_it_too(number: int, tmp_path: Path) -> None:
    pipe = tmp_path / "config.yaml"
    os.mkfifo(pipe)
    with started(cwd=tmp_path) as process, hold_reader(pipe):
        process.send_signal(number)
        output, errors = process.communicate()
    assert (process.returncode, output, errors) == (0, "", "")


def test_localhost_is_both_addresses_on_one_port(tmp_path: Path) -> None:
    with serving("--port", "0", cwd=tmp_path) as served:
        port = urlsplit(served.page).port
        socket.create_connection(("127.0.0.1", port)).close()
        socket.create_connection(("::1", port)).close()


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]")],
)
def test_the_address_that_it_names_can_be_opened(host: str, shown: str, tmp_path: Path) -> None:
    env = {"ECHOSCOPE_ACCESS__PUBLIC": "true"}
    with serving("--host", host, "--port", "0", cwd=tmp_path, env=env) as served:
        assert served.page == f"http://{shown}:{urlsplit(served.page).port}/"
        with urlopen(served.page) as response:
            assert response.status == 200


def test_a_taken_port_is_one_sentence_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("--port", port, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"echoscope: port {port} of localhost is taken: end the program that listens there, or "
        "choose another port with --port (--port 0 takes a free one)\n"
    )
    assert done.stdout == ""


def test_an_unknown_host_is_one_sentence(tmp_path: Path) -> None:
    env = {"ECHOSCOPE_ACCESS__PUBLIC": "true"}
    done = run("--host", "nowhere.invalid", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("echoscope: there is no host nowhere.invalid to listen on: ")
    assert done.stderr.count("\n") == 1


def test_check_prints_all_that_is_in_effect_and_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("limits: {max_message_size: 2KiB}")
    done = run("--check", "--port", "1", cwd=tmp_path, env={"ECHOSCOPE_JOURNAL__EVENTS": "7"})
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "printed.yaml").write_text(done.stdout)
    assert load_config(str(tmp_path / "printed.yaml")).config == Config.model_validate(
        {"server": {"port": 1}, "limits": {"max_message_size": 2048}, "journal": {"events": 7}}
    )


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_mistakes_in_the_configuration_end_it_with_2(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text("server: {prot: 1}\nlogging: {level: loud}\n")
    done = run(*arguments, cwd=tmp_path, env={"PORT": "x"})
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
        "echoscope: config.yaml, line 1: there is no setting server.prot",
        'echoscope: config.yaml, line 2: logging.level is "loud"',
        'echoscope: PORT: server.port is "x"',
    ]


def test_check_leaves_the_token_out_and_says_so(tmp_path: Path) -> None:
    env = {"ECHOSCOPE_ACCESS__TOKEN": "c4n4ry-c4n4ry-c4n4ry"}
    done = run("--check", "--host", "192.0.2.1", cwd=tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# access.token is set, and left out here")
    assert "c4n4ry" not in done.stdout


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_it_does_not_start_for_others_than_this_machine_without_a_token(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = run(*arguments, "--host", "0.0.0.0", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        'echoscope: --host: server.host is "0.0.0.0", so others than this machine may reach the '
        "server, and everybody who can reach it could read all messages; set access.token to a "
        "secret, or access.public: true if everybody may\n"
    )


def test_the_port_is_that_of_the_environment_and_above_it_that_of_the_flag(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("server: {port: 1}\nwebsocket: {path: /echo}")
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = str(sock.getsockname()[1])
    with serving("--config", "other.yaml", cwd=tmp_path, env={"PORT": port}) as served:
        assert served.configuration == "other.yaml"
        assert served.socket == f"ws://localhost:{port}/echo"
    with serving("--config=other.yaml", "--port=0", cwd=tmp_path, env={"PORT": "1"}) as served:
        assert urlsplit(served.page).port != 1


def test_open_shows_the_page_in_the_browser(tmp_path: Path) -> None:
    pipe, browser = tmp_path / "opened", tmp_path / "browser"
    os.mkfifo(pipe)
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {pipe}\n')
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s"}
    with serving("--port", "0", "--open", cwd=tmp_path, env=env) as served:
        assert read_pipe(pipe) == served.page


def test_without_a_browser_open_says_so_and_the_server_goes_on(tmp_path: Path) -> None:
    env = {"BROWSER": "/bin/false %s", "PATH": str(tmp_path), "DISPLAY": ""}
    with serving("--port", "0", "--open", cwd=tmp_path, env=env) as served:
        assert served.process.stderr is not None
        assert f"open {served.page} yourself" in served.process.stderr.readline()
        with urlopen(served.page) as response:
            assert response.status == 200
        assert served.end(signal.SIGTERM)[0] == 0


def test_nobody_has_to_read_what_it_prints(tmp_path: Path) -> None:
    config, opened, browser = (tmp_path / name for name in ("config.yaml", "opened", "browser"))
    os.mkfifo(config)
    os.mkfifo(opened)
    browser.write_text(f"#!/bin/sh\nprintf opened > {opened}\n")
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s", "PORT": "0"}
    with started("--open", cwd=tmp_path, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        with hold_reader(config):
            process.stdout.close()
        assert read_pipe(opened) == "opened"  # which comes after the addresses
        process.send_signal(signal.SIGTERM)
        assert "BrokenPipe" not in process.stderr.read()
    assert process.returncode == 0


def test_what_opens_much_is_warned_about(tmp_path: Path) -> None:
    env = {"ECHOSCOPE_ORIGINS__ALLOWED": '["*"]'}
    with serving("--port", "0", cwd=tmp_path, env=env) as server:
        status, errors = server.end(signal.SIGTERM)
    assert status == 0
    assert 'warning webapp.serve: origins.allowed has "*"' in errors
    result = run("--check", cwd=tmp_path, env=env)
    assert 'echoscope: origins.allowed has "*"' in result.stderr
    with serving("--port", "0", cwd=tmp_path) as server:
        assert "warning" not in server.end(signal.SIGTERM)[1]


def test_the_address_that_it_listens_on_is_one_that_it_answers_to(tmp_path: Path) -> None:
    env = {"ECHOSCOPE_ACCESS__PUBLIC": "true", "ECHOSCOPE_HOSTS__ALLOWED": '["elsewhere.test"]'}
    with (
        serving("--host", "127.0.0.2", "--port", "0", cwd=tmp_path, env=env) as server,
        urlopen(server.page, timeout=PATIENCE) as page,
    ):
        assert page.status == 200


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "--check"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == "echoscope: cannot write: No space left on device\n"


BAD_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nno header\x1b[1m\r\n\r\n"


def test_what_is_not_http_is_a_refusal_and_no_error(tmp_path: Path) -> None:
    with serving("--port", "0", cwd=tmp_path) as served:
        assert b"400 Bad Request" in say(served.page, BAD_REQUEST)
        _, errors = served.end(signal.SIGTERM)
    refused, *others = errors.splitlines()
    assert " info webapp.hub: " in refused
    assert "refused with 400: The request cannot be read" in refused
    assert [line.partition(" info ")[2] for line in others] == ["webapp.serve: stopping"]


def test_every_event_is_one_line_of_json_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("logging: {level: debug, format: json}")
    with serving("--port", "0", cwd=tmp_path) as served:
        say(served.page, BAD_REQUEST)
        _, errors = served.end(signal.SIGTERM)
    events = [json.loads(line) for line in errors.splitlines()]
    (bad,) = [event for event in events if event["logger"] == "webapp.hub"]
    assert bad["level"] == "info"
    assert "refused with 400" in bad["message"]
    assert "traceback" not in bad


def test_it_takes_the_descriptors_that_it_may_have_and_tells_where_they_are_too_few(
    tmp_path: Path,
) -> None:
    limited = ("/bin/sh", "-c", 'ulimit -Sn 100; ulimit -Hn 500; exec "$0" "$@"', *COMMAND)
    with serving("--port", "0", cwd=tmp_path, command=limited) as served:
        assert resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE) == (500, 500)
        _, errors = served.end(signal.SIGTERM)
    assert "limits.max_connections is 10000 and needs 10256 file descriptors" in errors
    assert "may have 500" in errors


def test_few_connections_need_no_warning(tmp_path: Path) -> None:
    limited = ("/bin/sh", "-c", 'ulimit -n 500; exec "$0" "$@"', *COMMAND)
    env = {"ECHOSCOPE_LIMITS__MAX_CONNECTIONS": "100"}
    with serving("--port", "0", cwd=tmp_path, env=env, command=limited) as served:
        assert "descriptors" not in served.end(signal.SIGTERM)[1]


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout == f"echoscope {__version__}\n"


def test_help_names_every_flag_the_environment_and_the_exit_codes(tmp_path: Path) -> None:
    said = run("--help", cwd=tmp_path).stdout
    words = ["--host", "--port", "--config", "--open", "--check", "--version", "PORT"]
    words += ["ECHOSCOPE_CONFIG", "ECHOSCOPE_SERVER__PORT", "examples:", "exit codes:", "130"]
    assert [word for word in words if word not in said] == []


def test_an_unknown_argument_ends_it_with_2(tmp_path: Path) -> None:
    done = run("--prot", "1", cwd=tmp_path)
    assert done.returncode == 2
    assert "unrecognized arguments: --prot 1" in done.stderr


def test_the_command_of_the_distribution_is_the_same(tmp_path: Path) -> None:
    script = Path(sys.executable).parent / "echoscope"
    if not script.exists():
        pytest.skip("the distribution is not installed beside this interpreter")
    done = run("--version", cwd=tmp_path, command=(str(script),))
    assert done.stdout == f"echoscope {__version__}\n"
