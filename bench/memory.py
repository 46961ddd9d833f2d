"""What a million messages from many clients at once leave in memory, while a page watches."""

from __future__ import annotations

from bench.load import Load, loading
from bench.serving import serving
from bench.usage import resident_bytes
from bench.watching import watching

__all__ = ["million"]

_IN_FLIGHT = 10
_SETTINGS = {"ECHOSCOPE_JOURNAL__BYTES": "4MiB"}


def million(clients: int = 100, messages: int = 10_000) -> str:
    """Send them, and return what is to be said of it. Raises EchoError for a wrong echo."""
    load = Load(clients, _IN_FLIGHT, 64, unique=True)
    with serving("echoscope", _SETTINGS) as (process, port):
        before = resident_bytes(process)
        with watching(port) as seen, loading(port, load) as generator:
            result = generator.run(batches=messages // _IN_FLIGHT)
        after = resident_bytes(process)
    return (
        f"{result.echoes:,} echoes, no two alike, ten in flight on each of {clients} connections,\n"
        f"all right and in order, in {result.seconds:.1f} s\n"
        f"page meanwhile: {seen.shown:,} events shown, {seen.left_out:,} left out\n"
        f"resident: {before / 1e6:.1f} MB after the start, {after / 1e6:.1f} MB at the end"
    )
