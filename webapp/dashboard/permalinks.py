"""The addresses of connections, and why one leads to none."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

__all__ = ["Why", "why_unknown"]

#: What an id that names no connection is: none at all, of another run of the server, not given out
#: yet, or of a connection that is forgotten.
Why: TypeAlias = Literal["no id", "another run", "not yet", "forgotten"]

# Those that `Hub.next_id` gives out.
_ID: Final = re.compile("([0-9a-f]{6})-([1-9][0-9]{0,17})")


def why_unknown(name: str, run: str, last: int) -> Why:
    """Tell why an id names nothing that is known, given the run and the number given out last."""
    found = _ID.fullmatch(name)
    if found is None:
        return "no id"
    if found[1] != run:
        return "another run"
    return "not yet" if int(found[2]) > last else "forgotten"
