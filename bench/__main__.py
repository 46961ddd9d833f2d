"""``python -m bench``: what an echo costs, and what a million of them leave in memory."""

from __future__ import annotations

import argparse
import statistics
import sys

from bench.load import Load, Watcher, run
from bench.serving import SERVERS, cpu_seconds, resident_bytes, serving

# Size of a message in bytes, connections, messages in flight on each of them.
CASES = ((64, 64, 1), (64, 64, 16))


def main() -> None:
    """Run what the arguments ask for, and print a table of it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="per server, case and round")
    parser.add_argument("--rounds", type=int, default=5, help="how often to measure each server")
    parser.add_argument("--memory", action="store_true", help="the million messages instead")
    options = parser.parse_args()
    if options.memory:
        compare_memory()
    else:
        compare_speed(options.seconds, options.rounds)


def compare_speed(seconds: float, rounds: int) -> None:
    """Print echoes per second of server CPU time, for all servers in turn."""
    print("Echoes per second of server CPU time, one process on one core; the journal of echoscope")
    print("records every frame both ways. Every echo is compared byte for byte.")
    for size, connections, in_flight in CASES:
        load = Load(connections, in_flight, size, seconds)
        print(f"\n{size} bytes, {connections} connections, {in_flight} in flight on each")
        rates: dict[str, list[float]] = {name: [] for name in SERVERS}
        for number in range(1, rounds + 1):
            for name in SERVERS:  # in turn, because the speed of a machine drifts
                progress(f"round {number} of {rounds}: {name}")
                rates[name].append(echoes_per_cpu_second(name, load))
        progress("")
        ours = rates["echoscope"]
        for name, values in rates.items():
            ratio = statistics.median(our / their for our, their in zip(ours, values, strict=True))
            print(
                f"  {name:26} median {statistics.median(values):>10,.0f}"
                f"   from {min(values):,.0f} to {max(values):,.0f}"
                + ("" if name == "echoscope" else f"   echoscope: {ratio:.2f} of it")
            )


def echoes_per_cpu_second(name: str, load: Load) -> float:
    """Load one server, once it is warm."""
    with serving(name) as (process, port):
        run(port, Load(load.connections, load.in_flight, load.size, seconds=0.5))
        before = cpu_seconds(process)
        result = run(port, load)
        return result.echoes / (cpu_seconds(process) - before)


def compare_memory(clients: int = 100, messages: int = 10_000) -> None:
    """Print what messages from many clients at once leave in memory while a page watches."""
    settings = {"ECHOSCOPE_JOURNAL__BYTES": "4MiB"}
    with serving("echoscope", settings) as (process, port):
        before = resident_bytes(process)
        with Watcher(port) as watcher:
            progress(f"{clients} clients send {messages} messages each")
            result = run(port, Load(clients, 10, 64, batches=messages // 10))
            progress("")
        after = resident_bytes(process)
    print(f"{result.echoes:,} echoes, ten in flight on each of {clients} connections,")
    print(f"all right and in order, in {result.seconds:.1f} s")
    print(f"page meanwhile: {watcher.shown:,} events shown, {watcher.left_out:,} left out")
    print(f"resident: {before / 1e6:.1f} MB after the start, {after / 1e6:.1f} MB at the end")


def progress(text: str) -> None:
    """Show on a terminal what is going on."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
