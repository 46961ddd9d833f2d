"""The page about a run: how it was measured, what came of it, and what to keep in mind."""

from __future__ import annotations

from bench.figures import Results
from bench.politeness import PAUSE
from bench.tables import notes, tables, waited
from bench.upgrade import PATIENCE

__all__ = ["markdown", "terminal"]

_BUSY_MACHINE = 0.5  # processes that ran or wanted to, on average, before the run

_ABOUT = """\
Servers that echo, side by side in one run:

- **echoscope**: `python -m webapp` with its defaults. Its journal records every frame both ways.
- **aiohttp**: an echo with `WebSocketResponse`, on uvloop.
- **websockets**: an echo with its asyncio server, on uvloop.
- **gorilla**: an echo in Go with gorilla/websocket, as a course teaches it: buffers of 1024 bytes,
  and every message of up to 1 KiB is printed, here to `/dev/null`; `GOMAXPROCS=1`.

None of the others bounds the size of a message. Each is one process, pinned to the first core; the
load generator has the others. In every round all servers take their turn, and each round begins
with another one, as the speed of a machine drifts. Tables show medians of the rounds, {rounds} of
them ({few} for memory, {some} beside floods) with {seconds:g} s of load for each sample after a
warm-up, twice that beside floods; in brackets the least and the most. Figures are divided within a
round, and the median of these ratios is what stands in the table. Server CPU time is user and
system time of its process, as the kernel counts it.

The load generator is one process with plain sockets, epoll and frames built beforehand. It
compares every echo byte for byte, those that are compressed once inflated; a wrong, missing or
surplus one ends the run. "64 B, 64 × 16" stands for texts of 64 bytes, 64 connections, and 16
texts in flight on each; they are ASCII. Where it says deflate, and only there, it offers
permessage-deflate as browsers do and the others have it enabled, with their defaults. A connection
for the handshakes is a TCP connection of its own, upgraded, closed by the client with 1000,
answered, and ended by the server. Memory is resident memory of the process, for each of the
connections that are open at the same time; echoscope's journal is bounded to 4 MiB there, and full
before. An open page is a client of `/live`; its speed is compared with that before and after.

A flood is two clients in a process of their own. They repeat one message, or one ping, as fast as
their connections take it, and read at once what comes back: it is compared byte for byte, and
counted where it may be compressed. The client whose round trips are measured was connected before
them. It sends a text of 64 bytes, compares the echo, waits {pause:g} ms, and so on; it gives up an
echo after {patience:g} s, and counts those.
"""

_CAVEATS = (
    "Round trips, but for those beside floods, are those of this load: as much as possible, all "
    "the time. They tell of queues, the load generator's own included, and not how fast a server "
    "answers when little is asked of it. With 16 in flight they are those of 16 together.",
    "Beside floods, a server that answers once a second gives few round trips: what 99 % of them "
    "took is then the longest.",
    "Client and server share a machine: the CPU time of the loopback interface is in each figure, "
    "that of a real network is not.",
    "Resident memory leaves out what the kernel holds for a connection.",
    "The others record nothing, and gorilla does not check that texts are UTF-8.",
)


def terminal(results: Results) -> str:
    """Return the tables and what is to be said about them, as plain text."""
    texts = [table.plain() for table in tables(results)]
    return "\n\n".join([*texts, "\n".join(_remarks(results))]).rstrip()


def markdown(results: Results) -> str:
    """Return the whole page."""
    here = results.surroundings
    return (
        "\n\n".join(
            [
                "# Benchmarks",
                "<!-- Written by `make bench`: what is changed here is lost with the next run. -->",
                f"Measured on {here.date} by `{here.command}`: {here.machine}. "
                f"{', '.join(here.versions)}.",
                "![The medians as bars](images/benchmarks.svg)",
                *[table.markdown() for table in tables(results)],
                "## How it is measured",
                _ABOUT.format(
                    rounds=results.rounds,
                    few=min(2, results.rounds),
                    some=min(3, results.rounds),
                    seconds=results.seconds,
                    pause=PAUSE * 1000,
                    patience=PATIENCE,
                ).rstrip(),
                "## What to keep in mind",
                "\n".join(f"- {text}" for text in (*_remarks(results), *_CAVEATS)),
            ]
        )
        + "\n"
    )


def _remarks(results: Results) -> list[str]:
    """What this run has to say about itself."""
    remarks = [f"{name} was not measured: {why}" for name, why in results.absent.items()]
    waiting = waited(results)
    if waiting:
        remarks.append(
            "These servers used less than 90 % of their core: they waited for the load generator, "
            "or something else ran there. What an echo cost them is not what it costs under full "
            f"load: {'; '.join(waiting)}."
        )
    load = results.surroundings.load
    if load > _BUSY_MACHINE:
        remarks.append(
            f"The machine was not idle before the run (load average {load:.1f}): take the figures "
            "as an indication."
        )
    return [*remarks, *(f"{text}." for text in notes(results))]
