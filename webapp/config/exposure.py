"""Say who can reach the server, and what may therefore not be left out or does not go together."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from webapp.config.problems import KeyPath, name_of, quoted, setting_of
from webapp.config.sections import AccessConfig, HostsConfig, OriginsConfig, ServerConfig
from webapp.gate.authorities import is_loopback, to_ascii

__all__ = ["Conflict", "conflicts", "openings"]

_HOST = ("server", "host")
_PROXIES = ("server", "trusted_proxies")
_URL = ("server", "public_url")
_ALLOWED = ("hosts", "allowed")
_TOKEN = ("access", "token")
_PUBLIC = ("access", "public")
_ORIGINS = ("origins", "allowed")
_MISSING = ("origins", "allow_missing")

_MOST_NAMED = 3  # of several hosts: a list may be long


@dataclass(frozen=True, slots=True)
class Conflict:
    """Settings of which each is right by itself, and together they are not; `path` is one."""

    path: KeyPath
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.fault}; {self.remedy}"


def openings(server: ServerConfig, hosts: HostsConfig) -> Iterator[tuple[KeyPath, str]]:
    """List what makes the server reachable from beyond this machine, each in words."""
    if not _is_bound_here(server.host.lower()):
        yield _HOST, f"{name_of(_HOST)} is {quoted(server.host)}"
    if server.public_url:
        yield _URL, f"{name_of(_URL)} is {quoted(server.public_url)}"
    if server.trusted_proxies:
        yield _PROXIES, f"{name_of(_PROXIES)} is {quoted(server.trusted_proxies)}"
    # An IPv6 address may stand there without brackets: to_ascii lets both as they are.
    beyond = [host for host in hosts.allowed if not is_loopback(to_ascii(host).lower())]
    if beyond:
        place = (*_ALLOWED, hosts.allowed.index(beyond[0]))
        yield place, f"{name_of(_ALLOWED)} has {', '.join(map(quoted, beyond[:_MOST_NAMED]))}"


def conflicts(
    server: ServerConfig,
    hosts: HostsConfig,
    origins: OriginsConfig,
    access: AccessConfig,
    *,
    doubtful: Collection[KeyPath] = (),
) -> Iterator[Conflict]:
    """List what must not be served: messages for everybody, unless that is meant, or to nobody.

    `doubtful` are the settings of which mistakes hide what was meant: nothing is built on these.
    """
    if {_ORIGINS, _MISSING}.isdisjoint(doubtful):
        yield from _of_origins(origins)
    if {_TOKEN, _PUBLIC}.isdisjoint(doubtful):
        found = [
            (path, words)
            for path, words in openings(server, hosts)
            if setting_of(path) not in doubtful
        ]
        yield from _of_access(access, found)


def _of_origins(origins: OriginsConfig) -> Iterator[Conflict]:
    if not origins.allowed and not origins.allow_missing:
        yield Conflict(
            _ORIGINS,
            "origins.allowed is [], and origins.allow_missing is false, so the echo cannot work: "
            "nobody may open a WebSocket",
            "expected an origin such as same-origin in the one, or true for the other",
        )


def _of_access(access: AccessConfig, found: list[tuple[KeyPath, str]]) -> Iterator[Conflict]:
    if access.token and access.public:
        yield Conflict(
            _PUBLIC,
            "access.public is true, and access.token is set",
            "expected one or the other: a token for those who may read, or none for everybody",
        )
    if found and not access.token and not access.public:
        path, _ = found[0]
        reasons = ", ".join(words for _, words in found)
        yield Conflict(
            path,
            f"{reasons}, so others than this machine may reach the server, and everybody who can "
            "reach it could read all messages",
            "set access.token to a secret, or access.public: true if everybody may",
        )


def _is_bound_here(host: str) -> bool:
    """Tell whether who listens there is reached from this machine alone.

    A name below localhost is loopback where browsers ask for it, and what a resolver says where one
    listens: only localhost itself is opened without asking any.
    """
    return is_loopback(host) and not host.endswith(".localhost")
