"""What is measured of one server at a time: each measure runs one, loads it and gives a sample."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.deflated import NotNegotiatedError
from bench.flooding import FLOODS, flooding
from bench.load import Load, Result, loading
from bench.politeness import polite
from bench.samples import Measure, Meter, Sample, percentiles
from bench.serving import serving
from bench.upgrade import PATIENCE
from bench.usage import settled_bytes
from bench.visits import visit
from bench.watching import watching

__all__ = ["fair", "handshakes", "idle", "page", "speed"]

_WARM = 0.3  # seconds of load before the clock starts
# The journal that memory is counted with, and a heartbeat that opening thousands does not outlast.
_CALM = {"ECHOSCOPE_JOURNAL__BYTES": "4MiB", "ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1m"}
# What fills that which the journal knows of closed connections.
_VISITS = 1_000
_SPARE = 200  # descriptors for everything but connections


def speed(load: Load) -> Measure:
    """Echoes per second of the server's CPU time, under this load."""

    def measure(name: str, seconds: float) -> Sample:
        with (
            serving(name, deflate=load.deflate) as (process, port),
            loading(port, load) as generator,
        ):
            generator.run(seconds=min(_WARM, seconds))
            meter = Meter(process)
            result = generator.run(seconds=seconds)
            server, own, wall = meter.take()
            typical, slow = percentiles(result.times)
            return Sample(
                result.echoes / server,
                busy=server / wall,
                generator=own / wall,
                typical=typical,
                slow=slow,
                note=_compression(load, result, generator.agreement) if load.deflate else "",
            )

    return _where_negotiated(measure)


def fair(flood: str) -> Measure:
    """The 99th percentile of a polite client's round trips, in seconds, beside this flood."""

    def measure(name: str, seconds: float) -> Sample:
        with (
            serving(name, deflate=FLOODS[flood].deflate) as (process, port),
            polite(port) as client,
        ):
            with flooding(port, flood) as flooders:
                time.sleep(min(_WARM, seconds))
                meter = Meter(process, flooders.process)
                conversation = client.converse(2 * seconds)  # some answer once a second
                server, own, wall = meter.take()
            typical, slow = percentiles(conversation.times)
            return Sample(
                slow,
                busy=server / wall,
                generator=own / wall,
                typical=typical,
                slow=slow,
                trips=len(conversation.times),
                flooded=flooders.rate,
                note="" if conversation.answered else f"no echo in {PATIENCE:g} s",
            )

    return _where_negotiated(measure)


def handshakes(at_once: int) -> Measure:
    """Connections per second of the server's CPU time, from their first byte to their last."""

    def measure(name: str, seconds: float) -> Sample:
        with serving(name) as (process, port):
            visit(port, at_once, seconds=min(_WARM, seconds))
            meter = Meter(process)
            visits = visit(port, at_once, seconds=seconds)
            server, own, wall = meter.take()
            return Sample(visits.count / server, busy=server / wall, generator=own / wall)

    return measure


def idle(wanted: int, *, deflate: bool = False) -> Measure:
    """Resident bytes of a connection that is open and silent.

    With ``deflate`` it has had two compressed messages and their answers before: only then there
    is something to hold.
    """

    def measure(name: str, seconds: float) -> Sample:
        count = _holdable(wanted)
        load = Load(count, 1, 1024 if deflate else 64, deflate=deflate)
        busy = Load(64, 1, load.size, deflate=deflate)
        with serving(name, _CALM, deflate=deflate) as (process, port), _all_descriptors():
            # What the first connections cost once, and the journal, which is to be full.
            visit(port, count=_VISITS)
            with loading(port, busy) as generator:
                generator.run(seconds=min(_WARM, seconds))
            before = settled_bytes(process)
            with loading(port, load) as generator:
                opened = settled_bytes(process) - before
                # They are all still there: each of them echoes.
                generator.run(batches=2)
                used = settled_bytes(process) - before
        note = "" if count == wanted else f"{count:,} connections, all that a process may have here"
        if deflate:
            return Sample(used / count, note=note)
        return Sample(opened / count, used=used / count, note=note)

    return _where_negotiated(measure)


def page(load: Load) -> Measure:
    """The speed with a page that watches, as a share of the speed without, before and after."""

    def measure(name: str, seconds: float) -> Sample:
        with serving(name) as (process, port), loading(port, load) as generator:

            def rate() -> tuple[float, float, float]:
                generator.run(seconds=min(_WARM, seconds))
                meter = Meter(process)
                echoes = generator.run(seconds=seconds).echoes
                server, own, wall = meter.take()
                return echoes / server, server / wall, own / wall

            before, _, _ = rate()
            with watching(port):
                watched, busy, own = rate()
            after, _, _ = rate()
        return Sample(watched / statistics.mean((before, after)), busy=busy, generator=own)

    return measure


def _where_negotiated(measure: Measure) -> Measure:
    def careful(name: str, seconds: float) -> Sample:
        try:
            return measure(name, seconds)
        except NotNegotiatedError:
            return Sample(None, note="not negotiated")

    return careful


def _compression(load: Load, result: Result, agreement: str) -> str:
    share = result.received / (result.echoes * load.size)
    return f"{agreement}; its answers take {share:.0%} of the texts' size"


def _holdable(wanted: int) -> int:
    """Return how many connections a process may hold here, ``wanted`` at the most."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if most == resource.RLIM_INFINITY else min(wanted, most - _SPARE)


@contextmanager
def _all_descriptors() -> Iterator[None]:
    """Let this process have as many descriptors as it may."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
