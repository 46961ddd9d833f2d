"""The sequence diagram of one connection, in Mermaid's language."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Final

from webapp.dashboard.formatting import absence, ending_words, flags, mark, opcode_name, preview
from webapp.dashboard.quantities import THIN_SPACE, count, duration, elapsed, timestamp
from webapp.dashboard.story import FIRST_EVENTS, Shape, Story
from webapp.dashboard.visible import visible

__all__ = ["escaped", "sequence_diagram"]

_PAYLOAD: Final = 60  # characters of a payload on an arrow
_LINE: Final = 120  # of anything else

# What is drawn, as on the page: beside the first events so many of the newest frames, and in
# microseconds what is silence between two.
_NEWEST: Final = 60
_SILENCE: Final = 1_000_000

# What Mermaid would not take for text. A line's end or `;` ends a statement, `#` begins an entity,
# `%` a comment or a directive; `<` and `&` are HTML, `$$` is mathematics.
_SPECIAL: Final = re.compile(
    r"""
    [^\w\ .,:/?!'"()\[\]{}=+*@~|\\^`·…→▲-]
    | ﬂ                                 # with ° behind it, how Mermaid marks entities itself
    | s(?=tyle) | c(?=lassDef)          # behind these words it spoils entities
    | (?i: ^: | ^w(?=rap) | ^n(?=owrap) )  # with a colon, an instruction
    | ^\  | (?<=\ )\  | \ $             # lost at an end, or beside another one
    """,
    re.VERBOSE,
)


def sequence_diagram(story: Story) -> str:
    """Return the diagram: the handshake, the first frames and the newest, and the end.

    An arrow tells when it was, in seconds since the beginning; it is solid for a message, dotted
    for a control frame, and ends in a cross where the frame broke the protocol. What clients sent
    is text, whatever it is.
    """
    began, row = story.began, story.row
    lines = [
        f"%% Echoscope, connection {row['id']}, {timestamp(row['opened'])}",
        "sequenceDiagram",
        "    participant Client",
        "    participant Server",
        *map(_indented, _beginning(began)),
        *map(_indented, _happening(story)),
        *map(_indented, _end(row)),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Write text so that Mermaid shows it as it is."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)


def _indented(line: str) -> str:
    return f"    {line}"


def _arrow(sender: str, kind: str, *parts: str) -> str:
    receiver = "Server" if sender == "Client" else "Client"
    return f"{sender}{kind}{receiver}: {_joined(parts)}"


def _note(*parts: str) -> str:
    return f"Note over Client,Server: {_joined(parts)}"


def _joined(parts: tuple[str, ...]) -> str:
    return escaped(" · ".join(part for part in parts if part))


def _spaced(text: str) -> str:
    """Write a quantity with ordinary spaces: others would be numbers in the source."""
    return text.replace(THIN_SPACE, " ")


def _short(text: str) -> str:
    return visible(text if len(text) <= _LINE else f"{text[:_LINE]}…")


def _beginning(began: Shape) -> Iterator[str]:
    request = began["request"]["line"]
    yield _arrow("Client", "->>", _short(request) if request else "what is no HTTP request")
    if began["kind"] == "refused":
        refusal = began["refusal"]
        yield _arrow("Server", "-x", f"refused with {refusal['status']}", refusal["check"])
        yield _note(_short(refusal["reason"]))
        return
    subprotocol = began["subprotocol"]
    # Their parameters would make it as wide as nothing else does.
    extensions = [extension.partition(";")[0] for extension in began["extensions"]]
    named = [f"subprotocol {subprotocol}"] if subprotocol else []
    parts = [began["response"]["line"], *named, *extensions]
    yield _arrow("Server", "->>", *map(_short, parts))


def _happening(story: Story) -> Iterator[str]:
    """Tell of the first frames and of the newest, as the page does, and of what is in between."""
    since = story.row["opened"]
    known = [*story.first, *story.events]
    first, rest = _drawn(known[:FIRST_EVENTS]), _drawn(known[FIRST_EVENTS:])
    if story.forgotten:
        first, rest = [], _drawn(known)
    newest = rest[-_NEWEST:]
    left_out = _left_out(story, [*first, *newest], len(rest) - len(newest))
    before: Shape | None = {"kind": "opened", "time": since}
    yield from _one_by_one(first, before, since)
    before = first[-1] if first else before
    if left_out:
        yield _note(left_out)
        before = None
    pinged = next(filter(None, map(_ping_number, reversed(first))), 0)
    yield from _one_by_one(newest, before, since, pinged)
    before = newest[-1] if newest else before
    if story.row["closed"] is not None:
        yield from _silence(before, story.row["closed"], ending=True)


def _drawn(events: Sequence[Shape]) -> list[Shape]:
    return [event for event in events if event["kind"] in ("frame", "noted")]


def _one_by_one(
    events: Sequence[Shape], before: Shape | None, since: int, pinged: int = 0
) -> Iterator[str]:
    """Tell of events; ``pinged``: the number of the server's last ping before them."""
    for event in events:
        number = _ping_number(event)
        lost = 0 if number is None else number - pinged - 1
        yield from _silence(before, event["time"], lost=lost)
        pinged = number or pinged
        before = event
        after = f"{elapsed(event['time'], since)} s"
        if event["kind"] == "noted":
            yield _note(after, _short(event["text"]))
        else:
            yield from _frame(event, after)


def _silence(
    before: Shape | None, time: int, *, lost: int = 0, ending: bool = False
) -> Iterator[str]:
    """Tell of silence; behind what is left out there is none, as something may have passed, and
    none where so many pings of the server were, of which only some are kept.
    """
    silence = 0 if before is None else time - before["time"]
    if before is None or silence <= _SILENCE:
        return
    if lost > 0:
        which = "a heartbeat that is" if lost == 1 else f"{count(lost)} heartbeats that are"
        yield _note(f"{_spaced(duration(silence))} with {which} not kept")
        return
    # RFC 6455 §7.1.1: the closing handshake is done, and TCP is still to be closed.
    closed = ending and before["kind"] == "frame" and before["opcode"] == 0x8
    yield _note(_spaced(duration(silence)) + (" until TCP was closed" if closed else " of silence"))


def _left_out(story: Story, drawn: Sequence[Shape], more: int) -> str:
    """Say what is not drawn: what the story lacks, and so many ``more``."""
    # Among the first ones that it has is the beginning, which no frame is.
    number = more + story.earlier - max(0, len(story.first) - 1)
    parts = []
    if story.forgotten:
        # Each message takes a frame at least.
        messages = story.row["messages_in"] + story.row["messages_out"]
        number = max(number, messages - sum(map(_ends_message, drawn)))
    if number > 0:
        least = "at least " if story.forgotten else ""
        parts.append(f"{least}{count(number)} frame{'' if number == 1 else 's'} not drawn")
    elif story.forgotten:
        parts.append("earlier frames not drawn")
    heartbeats = sum(map(_is_heartbeat, drawn))
    if story.row["heartbeats"] > heartbeats:
        of = count(story.row["heartbeats"])
        parts.append(f"{count(heartbeats)} of {of} heartbeats are drawn")
    return f"… {', '.join(parts)} …" if parts else ""


def _is_heartbeat(event: Shape) -> bool:
    frame = event["kind"] == "frame"
    return frame and bool(event["heartbeat"]) and event["direction"] == "out"


def _ping_number(event: Shape) -> int | None:
    """Return the number of a ping of the server's own, as it numbers them."""
    if event["kind"] != "frame" or (event["direction"], event["opcode"]) != ("out", 0x9):
        return None
    payload = base64.b64decode(event["payload"])
    return int(payload) if payload.isdigit() else None


def _ends_message(event: Shape) -> bool:
    return event["kind"] == "frame" and bool(event["fin"]) and event["opcode"] < 0x8


def _frame(frame: Shape, after: str) -> Iterator[str]:
    sender = "Client" if frame["direction"] == "in" else "Server"
    kind = "-x" if frame["note"] else "-->>" if frame["opcode"] & 0x8 else "->>"
    shown = preview(frame, _PAYLOAD) or _spaced(absence(frame))
    name = opcode_name(frame["opcode"])
    yield _arrow(sender, kind, after, name, *flags(frame), shown, _spaced(mark(frame)))
    if frame["note"]:
        yield _note(_short(frame["note"]))


def _end(row: Shape) -> Iterator[str]:
    if row["ending"] is not None:
        lasted = _spaced(duration(row["closed"] - row["opened"]))
        yield _note(lasted, visible(ending_words(row["ending"])))
    elif row["refusal"] is None:
        yield _note(
            "the closing handshake has begun" if row["state"] == "closing" else "still open"
        )
