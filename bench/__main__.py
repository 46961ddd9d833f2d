"""``python -m bench``: echoes per second of server CPU time, side by side in one run."""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import Load, run

SERVERS = {
    "echoscope": ["-m", "webapp", "--host", "127.0.0.1", "--port"],
    "aiohttp WebSocketResponse": ["-m", "bench.plain_aiohttp"],
}
CASES = [(64, 64, 1), (64, 64, 16)]  # size in bytes, connections, in flight


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="per server, case and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("Echoes per second of server CPU time; the journal records every frame of echoscope's.")
    for size, connections, in_flight in CASES:
        load = Load(connections, in_flight, size, options.seconds)
        print(f"\n{size} bytes, {connections} connections, {in_flight} in flight each")
        rates: dict[str, list[float]] = {name: [] for name in SERVERS}
        for round_number in range(1, options.rounds + 1):
            for name, command in SERVERS.items():  # in turn: the machine's speed drifts
                print(f"  round {round_number}: {name} …", end="\r", flush=True)
                rates[name].append(measure(command, load))
        print(" " * 60, end="\r")
        for name, values in rates.items():
            print(
                f"  {name:28} median {statistics.median(values):>10,.0f}"
                f"   {min(values):>10,.0f} – {max(values):,.0f}"
            )
        ours, theirs = rates.values()
        ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
        print(f"  ratio, median of the pairs: {statistics.median(ratios):.2f}")


def measure(command: list[str], load: Load) -> float:
    """Return echoes per second of CPU time that the server used for them."""
    with serving(command) as (process, port):
        run(port, Load(load.connections, load.in_flight, load.size, 0.5))  # warm up
        before = cpu_seconds(process.pid)
        result = run(port, load)
        return result.echoes / (cpu_seconds(process.pid) - before)


@contextmanager
def serving(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server on a free port, pinned to one core, for as long as the context lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *command, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(process.pid, {cores[0]})
            os.sched_setaffinity(0, set(cores[1:]))
        wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait()
        os.sched_setaffinity(0, set(cores))


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5))."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
