"""What works and should not go unsaid: settings that open much, or that will surprise."""

import ipaddress
import re
from collections.abc import Iterator

from webapp.config.exposure import openings
from webapp.config.settings import Config
from webapp.gate.authorities import is_loopback, to_ascii
from webapp.gate.hosts import HostPolicy
from webapp.gate.origins import Origin

__all__ = ["cautions"]

_SHORT_TOKEN = 16  # characters; chosen at random, one of these is not guessed

# What tokens in documentation are made of; no word begins with another, so there is one reading.
_EXAMPLE = re.compile(
    r"(?:access|admin|api|at|change|characters|choose|default|echoscope|example|here|insert|key|long"
    r"|me|my|of|passwd|password|please|random|replace|secret|some|string|test|the|this|token|with"
    r"|your)+"
)

# The number of bits from which on a network is one of a few machines, or of one site's segment.
_NARROW = {4: 24, 6: 64}

# Names that nobody can register for others to use: RFC 6761 §6.2 to §6.5, RFC 6762 §3, RFC 8375 §3,
# and the one that ICANN has set aside.
_PRIVATE = ("home.arpa", "internal", "invalid", "example", "local", "localhost", "test")


def cautions(config: Config) -> list[str]:
    """Return a sentence for each thing to warn of at the start; there is none for the defaults."""
    return [*_of_origins(config), *_of_hosts(config), *_of_proxies(config), *_of_access(config)]


def _of_origins(config: Config) -> Iterator[str]:
    if "*" in config.origins.allowed:
        yield 'origins.allowed has "*": pages of all origins may open a WebSocket'
    wildcards = [entry for entry in config.origins.allowed if "://*." in entry]
    for entry in filter(_is_anybodys, wildcards):
        yield f'origins.allowed has "{entry}": anybody can have a name there, and so a page'


def _of_hosts(config: Config) -> Iterator[str]:
    if config.hosts.allowed == ("*",):
        yield (
            'hosts.allowed is "*": the server answers to every name, also to one that somebody '
            "has let point at it (DNS rebinding)"
        )
    # Any other name or address that the server listens on is one that it answers to.
    everywhere = config.server.host in ("0.0.0.0", "::")  # noqa: S104
    if everywhere and all(is_loopback(to_ascii(host).lower()) for host in config.hosts.allowed):
        yield (
            f"server.host is {config.server.host}, and hosts.allowed has this machine alone: "
            "requests from others are refused until it has the name or address that they ask for"
        )
    if config.server.public_url:
        host = Origin.parse(config.server.public_url).host
        if HostPolicy(config.hosts.allowed, bound=config.server.host).check([host]):
            yield (
                f"server.public_url is {config.server.public_url}, and hosts.allowed does not have "
                f"{host}: requests for it are refused"
            )


def _of_proxies(config: Config) -> Iterator[str]:
    url, proxies = config.server.public_url, config.server.trusted_proxies
    if url.startswith("https:") and not proxies:
        yield (
            f"server.public_url is {url}, and server.trusted_proxies is empty: this server speaks "
            "no TLS, and without the address there of the proxy that does, it takes its own pages "
            "for another origin's and answers their form and their feed with 403"
        )
    for entry in proxies:
        network = ipaddress.ip_network(entry)
        if network.prefixlen < _NARROW[network.version]:
            yield (
                f"server.trusted_proxies has {entry}: whoever connects from there is believed "
                "about where requests come from, and not the proxies alone"
            )


def _of_access(config: Config) -> Iterator[str]:
    token, url = config.access.token, config.server.public_url
    if _EXAMPLE.fullmatch(re.sub(r"[^a-z]", "", token.lower())):
        yield "access.token is one that stands in examples, and the first that somebody would try"
    elif 0 < len(token) < _SHORT_TOKEN:
        yield f"access.token is shorter than {_SHORT_TOKEN} characters, and might be guessed"
    if token and url.startswith("http:") and not is_loopback(Origin.parse(url).host):
        yield f"server.public_url is {url}: access.token goes there unencrypted, for all to read"
    if config.access.public and not any(openings(config.server, config.hosts)):
        yield (
            "access.public is true, and nothing needs it: the server is for this machine alone, "
            "and asks for no token"
        )


def _is_anybodys(entry: str) -> bool:
    """Tell whether the names below a wildcard's are for anybody to have."""
    # Its list takes a moment to load, and most configurations have no wildcard.
    from publicsuffixlist import PublicSuffixList

    name = to_ascii(entry.partition("://*.")[2]).partition(":")[0].lower()
    if any(f".{name}".endswith(f".{private}") for private in _PRIVATE):
        return False
    # A name that is not on the list is one of somebody's own network.
    return PublicSuffixList(accept_unknown=False).is_public(name)
