"""What may stand in the settings that are one text with a grammar of its own."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

from webapp.config.kinds import Secret, Text
from webapp.gate.authorities import is_misspelt_address, to_ascii
from webapp.gate.origins import Origin

__all__ = ["EchoPath", "ListenHost", "PublicUrl", "Token"]

# RFC 3986 §3.3 without percent-encoding: one spelling for a path, and none that a router unfolds.
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")
_TAKEN_PATHS = ("/api", "/connections", "/healthz", "/live", "/static", "/token")
_LONGEST_TOKEN = 512  # it has to fit into a header field, with room to spare


def _check_host(host: str) -> str:
    if not re.fullmatch(r"[^\s/\[\]@]+", host) or not host.isprintable():
        raise ValueError(
            "expected a name or an address without brackets, such as localhost, 0.0.0.0 or ::1"
        )
    if ":" in host and not _is_ipv6(host):
        raise ValueError(
            "expected a name or an address alone, such as localhost or ::1: what stands behind a "
            "colon might be a port, and that is server.port"
        )
    if "*" in host:
        raise ValueError("expected an address: 0.0.0.0 for every interface, or :: for IPv6 as well")
    return host


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _check_url(url: str) -> str:
    """Return the origin that the server has for others, in its canonical form."""
    if not url:
        return url
    scheme, separator, authority = url.partition("://")
    try:
        # One slash is what a browser adds where an address is copied.
        origin = Origin.parse(scheme + separator + to_ascii(authority.removesuffix("/")))
        if origin.scheme not in {"http", "https"}:
            raise ValueError("its scheme is another")
        if is_misspelt_address(origin.host):
            raise ValueError("its host ends in a number and is no IPv4 address such as 127.0.0.1")
    except ValueError as fault:
        raise ValueError(
            f"expected an origin of http or https such as https://echo.example.com: {fault}"
        ) from None
    return str(origin)


def _check_path(path: str) -> str:
    first, *segments = path.split("/")
    if segments and not segments[-1]:
        segments.pop()
    if (
        first
        or not segments
        or not all(_SEGMENT.fullmatch(segment) for segment in segments)
        or not {".", ".."}.isdisjoint(segments)
    ):
        raise ValueError("expected a path such as /ws: from /, without query or % escapes")
    if f"/{segments[0]}" in _TAKEN_PATHS:
        raise ValueError(f"expected a path outside of {', '.join(_TAKEN_PATHS)}")
    return path


def _check_token(token: str) -> str:
    """Return a token as it is; what is wrong with one is told without repeating any of it."""
    if len(token) > _LONGEST_TOKEN:
        raise ValueError(f"expected at most {_LONGEST_TOKEN} characters: it has {len(token)}")
    if other := re.search(r"[^\x21-\x7e]", token):
        where = f"character {other.start() + 1} of {len(token)}"
        raise ValueError(f"expected visible ASCII without spaces: {where} is neither")
    return token


ListenHost = Annotated[Text, AfterValidator(_check_host)]
PublicUrl = Annotated[Text, AfterValidator(_check_url)]
EchoPath = Annotated[Text, AfterValidator(_check_path)]
Token = Annotated[Secret, AfterValidator(_check_token)]
