"""Content codings (RFC 9110 §8.4): what may go out compressed, and to whom.

Only what stands there before anybody comes is compressed. What clients have sent stands beside what
others have, and how small both together get would tell somebody who sees no more than sizes.
"""

from aiohttp import hdrs, web

__all__ = ["takes_gzip"]


def takes_gzip(request: web.Request) -> bool:
    """Return whether gzip is among the codings that are accepted (RFC 9110 §12.5.3)."""
    for entry in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        coding, _, weight = entry.replace(" ", "").partition(";")
        if coding == "gzip":
            return weight.rstrip("0") not in ("q=", "q=0.")
    return False
