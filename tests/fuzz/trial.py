"""A stream is tried with a script: what must hold whatever a peer sends, and however it is cut."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
import types
import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.fuzz.accounts import InvariantError, check_accounts, check_answers, check_controls
from tests.fuzz.script import Script, read_script
from tests.wire.conversing import CLOSE, Conversation, Line, Pace, converse, walk
from tests.wire.told import Told
from webapp.wire.stream import WebSocketStream

__all__ = ["Trial"]

_BYTEWISE = 500  # bytes: what is longer comes in pieces, so many of them

# What may be held beyond a message of the largest size: a header or control frame in part, the
# beginnings for the records, and the window that compressed messages may refer to.
_OVERHEAD = 1024
_WINDOW = 32 * 1024

# What one message more than is allowed may cost while it is inflated: zlib's own needs, too, which
# are 330 KiB for an answer at memory level 9.
_PEAK = 512 * 1024


class Outcome(NamedTuple):
    """What came of a script, but for what may depend on how it was cut."""

    events: list[tuple[int, bytes]]
    code: int | None
    told: list[tuple[object, ...]]
    sent: list[tuple[int, int, bytes]]


class Trial:
    """Tries scripts, all of them on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self, source: bytes) -> None:
        """Try what a fuzzer came up with.

        Raises:
            InvariantError: if the stream does what it must never do.
        """
        script = read_script(source)
        if script is None:
            return
        found = self._converse(script, script.chunks, after_each=_check_held(script))
        outcome = _outcome(found)
        if outcome.code == 1011:
            raise InvariantError("the stream failed by itself")
        self._compare("in one chunk", outcome, script, [script.data])
        step = len(script.data) // _BYTEWISE + 1
        self._compare(f"in chunks of {step}", outcome, script, _cut(script.data, step))
        halves = _cut(script.data, len(script.data) // 2 + 1)
        self._compare("for a slow peer", outcome, script, halves, "slow")
        self._compare("for a peer that has ended", outcome, script, halves, "ended")
        found.lose()
        check_accounts(found, script.data)
        check_answers(found, script)
        check_controls(found, script)
        found = self._converse(script, halves, pace="gone")
        found.lose()
        check_accounts(found, script.data)
        if outcome.code == 1009 and script.deflate is not None:
            self._check_peak(script)

    def _converse(
        self,
        script: Script,
        chunks: Iterable[bytes],
        after_each: Callable[[Conversation], None] = lambda found: None,
        pace: Pace = "even",
    ) -> Conversation:
        return self._loop.run_until_complete(
            converse(
                chunks,
                settings=script.settings,
                deflate=script.deflate,
                before=WebSocketStream.close if script.closing else lambda stream: None,
                after_each=after_each,
                pace=pace,
            )
        )

    def _compare(
        self,
        how: str,
        expected: Outcome,
        script: Script,
        chunks: Iterable[bytes],
        pace: Pace = "even",
    ) -> None:
        outcome = _outcome(self._converse(script, chunks, pace=pace))
        for name, one, other in zip(Outcome._fields, expected, outcome, strict=True):
            if one != other:
                raise InvariantError(f"{name} differ {how}: {other} and not {one}")

    def _check_peak(self, script: Script) -> None:
        tracemalloc.start()
        try:
            self._converse(script, [script.data])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # What came, the messages before and their records are kept here, too.
        allowed = _PEAK + 8 * len(script.data) + 8 * script.settings.max_message_size
        if peak > allowed:
            raise InvariantError(
                f"{peak} bytes held for a message that is too large, at most {allowed}"
            )


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _outcome(found: Conversation) -> Outcome:
    sent = [
        # The reason may name the byte at which it was noticed, and two faults can meet in one.
        (frame.head, frame.bits, frame.payload)
        if frame.opcode != CLOSE
        else (frame.head, 0, frame.payload[:2])
        for frame in walk(bytes(found.line.sent))
    ]
    told: list[tuple[object, ...]] = []
    for _, _, way, head, key, bits, size, payload, remark in found.records:
        if way == "out" and head & 0xF == CLOSE:
            told.append((way, head, payload[:2]))
        elif remark and remark[0]:
            told.append((way, head))  # how much of a frame at fault had come depends on the chunks
        else:
            told.append((way, head, key, bits, size, payload, remark))
    return Outcome(found.events, found.code, told, sent)


def _check_held(script: Script) -> Callable[[Conversation], None]:
    limit = script.settings.max_message_size
    if not limit:
        return lambda found: None
    window = 0 if script.deflate is None else _WINDOW

    def check(found: Conversation) -> None:
        held = _held(found.stream)
        # Whoever is done with a peer holds nothing of what it sent, and waits for its end.
        most = _OVERHEAD + (0 if found.line.ended else limit + window)
        if held > most:
            raise InvariantError(f"{held} bytes held between two chunks, at most {most} expected")

    return check


_FOREIGN = (
    Conversation,
    Line,
    Told,
    asyncio.AbstractEventLoop,
    asyncio.Future,
    asyncio.Handle,
    types.BuiltinFunctionType,
    types.CodeType,
    types.FunctionType,
    types.ModuleType,
    type,
)
_Decompress = type(zlib.decompressobj())


def _held(stream: WebSocketStream) -> int:
    """How many bytes a stream refers to, directly or not."""
    seen: set[int] = set()
    size = 0
    found: list[object] = [stream]
    while found:
        value = found.pop()
        if id(value) in seen or isinstance(value, _FOREIGN):
            continue
        seen.add(id(value))
        if isinstance(value, (bytes, bytearray)):
            size += len(value)
        elif isinstance(value, _Decompress):
            size += len(value.unconsumed_tail) + len(value.unused_data)
        else:
            found += gc.get_referents(value)
    return size
