"""The sequence diagram of one connection, in Mermaid's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from webapp.dashboard.formatting import absence, ending_words, flags, mark, opcode_name, preview
from webapp.dashboard.quantities import count, duration, timestamp
from webapp.dashboard.story import Shape, Story
from webapp.dashboard.visible import visible

__all__ = ["escaped", "sequence_diagram"]

_PAYLOAD: Final = 60  # characters of a payload on an arrow
_LINE: Final = 120  # of anything else
_PAUSE: Final = 10_000_000  # microseconds without an event that are worth a note

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
    """Return the diagram: the handshake, the newest frames, and the end.

    An arrow is solid for a message, dotted for a control frame, and ends in a cross where the frame
    broke the protocol. What clients sent is text, whatever it is.
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
    if left_out := _left_out(story):
        yield _note(left_out)
    before = None if left_out else story.row["opened"]
    for event in story.events:
        pause = 0 if before is None else event["time"] - before
        if pause >= _PAUSE:
            yield _note(f"{duration(pause)} later")
        before = event["time"]
        match event["kind"]:
            case "frame":
                yield from _frame(event)
            case "noted":
                yield _note(_short(event["text"]))


def _left_out(story: Story) -> str:
    """Say what is not among the events."""
    drawn = sum(1 for event in story.events if _is_heartbeat(event))
    parts = []
    if story.forgotten:
        parts.append("what came first is forgotten")
    if story.earlier:
        parts.append(f"{count(story.earlier)} earlier events are not drawn")
    if story.row["heartbeats"] > drawn:
        parts.append(f"{count(drawn)} of {count(story.row['heartbeats'])} heartbeats are drawn")
    return ", ".join(parts)


def _is_heartbeat(event: Shape) -> bool:
    frame = event["kind"] == "frame"
    return frame and bool(event["heartbeat"]) and event["direction"] == "out"


def _frame(frame: Shape) -> Iterator[str]:
    sender = "Client" if frame["direction"] == "in" else "Server"
    kind = "-x" if frame["note"] else "-->>" if frame["opcode"] & 0x8 else "->>"
    shown = preview(frame, _PAYLOAD) or absence(frame)
    yield _arrow(sender, kind, opcode_name(frame["opcode"]), *flags(frame), shown, mark(frame))
    if frame["note"]:
        yield _note(_short(frame["note"]))


def _end(row: Shape) -> Iterator[str]:
    if row["ending"] is not None:
        lasted = duration(row["closed"] - row["opened"])
        yield _note(lasted, visible(ending_words(row["ending"])))
    elif row["refusal"] is None:
        yield _note(
            "the closing handshake has begun" if row["state"] == "closing" else "still open"
        )
