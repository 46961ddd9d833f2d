"""What stands between client and server and ends connections on which nothing passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["IDLE_TIME_OUTS", "LIFETIMES", "idle_time_out", "lifetime"]

#: After how many seconds of silence, by default, who is known to end a connection.
IDLE_TIME_OUTS: Final[Mapping[int, str]] = {
    30: "HAProxy configurations in many guides (timeout client and server, or timeout tunnel)",
    50: "the haproxy.cfg of Debian and Ubuntu (timeout client and server, or timeout tunnel)",
    55: "Heroku's routers",
    60: "nginx (proxy_read_timeout), of AWS Application Load Balancers (idle timeout), and of the "
    "haproxy.cfg of RHEL and Fedora (timeout client and server, or timeout tunnel)",
    100: "Cloudflare's proxies",
    240: "Azure Load Balancers",
    300: "Envoy proxies (stream_idle_timeout)",
    350: "AWS Network Load Balancers",
}

#: After how many seconds in all, by default, who is known to end a connection, idle or not.
LIFETIMES: Final[Mapping[int, str]] = {
    30: "Google Cloud's Application Load Balancers (backend service timeout)",
}

# In seconds. Silence is measured from the look that found it, and a second may lie between two, so
# it comes out as too short by as much; and what goes by a timer may be late.
_SHORT = 1.1
_LATE = 1.0


def idle_time_out(seconds: float) -> int | None:
    """Return the time-out known to end a connection that has been silent for so long, if any."""
    return _around(IDLE_TIME_OUTS, seconds, _SHORT)


def lifetime(seconds: float) -> int | None:
    """Return the time-out known to end a connection that has lasted for so long, if any."""
    return _around(LIFETIMES, seconds, 0.1)


def _around(known: Mapping[int, str], seconds: float, short: float) -> int | None:
    return next((each for each in known if each - short <= seconds <= each + _LATE), None)
