"""The command: arguments in, exit code out."""

import argparse
import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from webapp import __version__

__all__ = ["main"]

EXIT_OK = 0
EXIT_CANNOT_LISTEN = 1
EXIT_MISTAKE = 2

_EPILOG = """\
configuration, each above the one before:
  defaults
  file                  --config FILE, else the one that ECHOSCOPE_CONFIG names,
                        else ./config.yaml if there is one
  environment           PORT, and above it ECHOSCOPE_SECTION__NAME for every setting,
                        such as ECHOSCOPE_SERVER__PORT=9000; lists are JSON:
                        ECHOSCOPE_HOSTS__ALLOWED='["localhost", "echo.example"]'
  flags                 --host, --port

examples:
  echoscope                           serve the page at http://localhost:8080/
  echoscope --port 0 --open           take any free port and open the page
  ECHOSCOPE_ACCESS__TOKEN=... echoscope --host 192.168.1.20
                                      let others in: the page then asks for the token
  echoscope --check > my.yaml         write a file with every setting to start from

exit codes:
  0    ended by Ctrl-C or SIGTERM, or done
  1    cannot listen there: port taken, forbidden, or no such host
  2    a mistake in the configuration or in the arguments
  130  ended at once by a second Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (those of the process by default)."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for paths that a terminal cannot show
    if not options.check:
        _exit_on_early_signals()

    # Slow to load: only now, with the signals in hand.
    from webapp.config.cautions import cautions
    from webapp.config.settings import dump_config
    from webapp.config.sources import ConfigError, load_config

    flags = {"server.host": options.host, "server.port": options.port}
    try:
        loaded = load_config(
            options.config,
            os.environ,
            {key: text for key, text in flags.items() if text is not None},
        )
    except ConfigError as error:
        for problem in error.problems:
            print(f"echoscope: {problem}", file=sys.stderr)
        return EXIT_MISTAKE
    if options.check:
        for caution in cautions(loaded.config):
            print(f"echoscope: {caution}", file=sys.stderr)
        return _print(dump_config(loaded.config))

    from webapp.listen import ListenError
    from webapp.logs import configure_logging
    from webapp.printable import one_line
    from webapp.serve import serve

    file = "none, all defaults" if loaded.file is None else one_line(str(loaded.file))

    def announce(address: str) -> None:
        # A server is not to end because nobody takes what it prints.
        with contextlib.suppress(OSError):
            print(f"Configuration file: {file}")
            print(f"Page:   http://{address}/")
            print(f"Socket: ws://{address}{loaded.config.websocket.path}", flush=True)

    configure_logging(loaded.config.logging)
    try:
        serve(loaded.config, announce, open_page=options.open)
    except ListenError as error:
        print(f"echoscope: {error}", file=sys.stderr)
        return EXIT_CANNOT_LISTEN
    return EXIT_OK


def _print(text: str) -> int:
    try:
        print(text, end="", flush=True)
    except OSError as error:
        print(f"echoscope: cannot write: {error.strerror}", file=sys.stderr)
        # Python flushes once more at the end: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CANNOT_LISTEN
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="echoscope",
        description="An echo server for WebSockets that you can see through.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--host", help="name or address to listen on (localhost)")
    parser.add_argument("--port", help="port to listen on, 0 for any free one (8080)")
    parser.add_argument("--config", metavar="FILE", help="configuration file (./config.yaml)")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument(
        "--check",
        action="store_true",
        help="check the configuration, print all of it as YAML, and exit",
    )
    parser.add_argument("--version", action="version", version=f"echoscope {__version__}")
    return parser


def _exit_on_early_signals() -> None:
    """End quietly on a signal until the server takes over: nobody waits for a goodbye yet."""

    def leave(*_: object) -> NoReturn:
        sys.exit(EXIT_OK)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
