"""Which origins come in and why, a case a row: for the policy, for the server, for impostors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ANY_PORT", "APP", "CASES", "EVERYTHING", "OWN", "WILD", "Case"]

OWN = "http://localhost:8080"
APP = "https://app.example.com"
WILD = "https://*.example.com"
ANY_PORT = "http://localhost:*"
TWO = ["https://a", "http://b:8080"]
# What is no origin is refused even here, where all that it may pretend to be is listed.
EVERYTHING = [
    *("*", "null", "same-origin"),
    *(APP, WILD, ANY_PORT, "https://a.test", "http://[::1]:8080", "https://kiosk.test"),
]

# The parts in which the nearest entry differs.
SCHEME, HOST, PORT = "another scheme", "another host", "another port"

PARSER = 400  # aiohttp's parser refuses control characters before anybody sees them
TRIMMED = 101  # blanks around a value are none of it (RFC 9110 §5.5): what is left comes in
NEEDS_TLS = "a request that comes in without TLS is for an http origin"
NO_SUCH_HOST = "what is for no host of this server is refused for that already"


@dataclass(frozen=True, slots=True)
class Case:
    """
    Origin headers that come to a server, and what becomes of them.

    `came` are their values as they are sent, none where there is no such header. `says` is what an
    explanation has to contain, None for what comes in. `status` is the server's answer to them, and
    `not_sent` why a plain socket of loopback cannot send them.
    """

    reason: str
    allowed: tuple[str, ...]
    came: tuple[bytes, ...]
    says: str | None
    status: int
    own: str | None = OWN
    allow_missing: bool = True
    not_sent: str = ""

    @property
    def values(self) -> list[str]:
        """What came, the way that aiohttp hands it over."""
        return [value.decode("utf-8", "surrogateescape") for value in self.came]

    @property
    def admitted(self) -> bool:
        return self.says is None


def admitted(reason: str, allowed: Sequence[str], *came: str | bytes, **more: Any) -> Case:
    return Case(reason, tuple(allowed), _as_sent(came), None, 101, **more)


def refused(
    reason: str,
    allowed: Sequence[str],
    *came: str | bytes,
    says: str,
    status: int = 403,
    **more: Any,
) -> Case:
    return Case(reason, tuple(allowed), _as_sent(came), says, status, **more)


def malformed(reason: str, came: str | bytes, says: str, status: int = 403) -> Case:
    return refused(reason, EVERYTHING, came, says=says, status=status)


def _as_sent(values: Sequence[str | bytes]) -> tuple[bytes, ...]:
    return tuple(value.encode() if isinstance(value, str) else value for value in values)


# How many there are: one, none, several; and null and nothing, which are values.

COUNTED = [
    admitted("no origin is a program, whatever is listed", []),
    admitted("no origin is a program, not the server's own page", ["same-origin"]),
    admitted("no origin is not refused for what is listed", [APP, "null"]),
    refused("no origin, where one is asked for", [APP], says="allow_missing", allow_missing=False),
    refused("no origin is not any origin", ["*"], says="allow_missing", allow_missing=False),
    refused("no origin is not null", ["null"], says="allow_missing", allow_missing=False),
    admitted("an origin, where one is asked for", [APP], APP, allow_missing=False),
    admitted("null, where it is listed", ["null"], "null"),
    admitted("null is an origin, where one is asked for", ["null"], "null", allow_missing=False),
    admitted("null, where it is listed beside all", ["*", "null"], "null"),
    refused("null is not any origin: anybody can send it", ["*"], "null", says="has no null"),
    refused("null is not listed", [APP], "null", says="has no null"),
    refused("null is not missing", [], "null", says="has no null"),
    refused("null is nobody's own", ["same-origin"], "null", says="has no null"),
    refused("null is a host here", ["null"], "http://null", says="No entry"),
    refused("null is listed and nothing else", ["null"], APP, says="No entry"),
    refused("nothing is listed", [], OWN, says="No entry"),
    refused("an empty header is not missing", [APP], "", says="it is empty"),
    refused("an empty header is not null", ["null"], "", says="it is empty"),
    refused("an empty header is not any origin", EVERYTHING, "", says="it is empty"),
    refused(
        "an empty header, where one is asked for", ["*"], "", says="is empty", allow_missing=False
    ),
    refused("two headers, both listed", [APP], APP, APP, says="this one has 2"),
    refused("two headers, the first listed", [APP], APP, "https://evil.test", says="has 2"),
    refused("two headers, the last listed", [APP], "https://evil.test", APP, says="has 2"),
    refused("two headers where all is listed", EVERYTHING, APP, OWN, says="this one has 2"),
    refused("an origin and an empty header", EVERYTHING, APP, "", says="this one has 2"),
    refused("an empty header and an origin", EVERYTHING, "", APP, says="this one has 2"),
    refused("null and an origin", EVERYTHING, "null", APP, says="this one has 2"),
    refused("null twice", EVERYTHING, "null", "null", says="this one has 2"),
    refused("two empty headers are not missing", EVERYTHING, "", "", says="this one has 2"),
    refused("three headers", EVERYTHING, APP, APP, APP, says="this one has 3"),
    malformed("null in capitals", "NULL", "scheme"),
    malformed("null with one capital", "Null", "scheme"),
    malformed("null twice in one header", "null null", "scheme"),
    malformed("a list of null and an origin", f"null, {APP}", "scheme"),
    malformed("null in quotes", '"null"', "scheme"),
    malformed("null with a slash", "null/", "scheme"),
    malformed("null with a scheme's colon", "null:", "scheme"),
    malformed("null with a byte behind that is not UTF-8", b"null\xff", "scheme"),
    malformed("null with a NUL behind", b"null\x00", "scheme", PARSER),
    malformed("null with a blank in front", " null", "scheme", TRIMMED),
    malformed("what scripts print for nothing", "undefined", "scheme"),
    malformed("a comma and the same origin again", f"{APP},{APP}", "slash"),
    malformed("a comma and another origin", "https://a.test,https://evil.test", "slash"),
    malformed("another origin and a comma", "https://evil.test, https://a.test", "visible ASCII"),
    malformed("a list of RFC 6454, with blanks", f"{APP} https://evil.test", "visible ASCII"),
    malformed("a comma behind", f"{APP},", "character other than"),
    malformed("a comma in front", f",{APP}", "scheme"),
]

# What is written otherwise and is the same (RFC 6454 §4, §5), and what is not.

SPELT = [
    admitted("as it is written", [APP], APP),
    admitted("the second entry", ["same-origin", APP], APP),
    admitted("schemes know no case", [APP], "HTTPS://app.example.com"),
    admitted("hosts know no case", [APP], "https://APP.Example.COM"),
    admitted("entries know no case either", ["HTTPS://App.Example.com"], APP),
    admitted("443 is what https means without a port", [APP], "https://app.example.com:443"),
    admitted("without a port is 443 for https", ["https://app.example.com:443"], APP),
    admitted("80 is what http means without a port", ["http://a.test"], "http://a.test:80"),
    admitted("without a port is 80 for http", ["http://a.test:80"], "http://a.test"),
    admitted("another port, written out", ["https://a.test:8443"], "https://a.test:8443"),
    admitted("port 0 is a number", ["http://a.test:0"], "http://a.test:0"),
    admitted("port 1", ["http://a.test:1"], "http://a.test:1"),
    admitted("the last port", ["http://a.test:65535"], "http://a.test:65535"),
    refused("port 0 is not no port", ["http://a.test"], "http://a.test:0", says=PORT),
    refused("no port is not port 0", ["http://a.test:0"], "http://a.test", says=PORT),
    refused("the last port is not no port", [APP], f"{APP}:65535", says=PORT),
    refused("the default port of the other scheme", [APP], "https://app.example.com:80", says=PORT),
    refused("443 is no default of http", ["http://a.test"], "http://a.test:443", says=PORT),
    refused("only http and https have a default", ["app://a.test"], "app://a.test:443", says=PORT),
    refused(
        "a port that begins as the listed one does",
        ["http://a.test:80"],
        "http://a.test:8080",
        says=PORT,
    ),
    refused(
        "a port that the listed one begins with",
        ["http://a.test:8080"],
        "http://a.test:808",
        says=PORT,
    ),
    malformed("a port beyond the last", "https://a.test:65536", "its port"),
    malformed("a port that wraps to 443", "https://a.test:65979", "its port"),
    malformed("a port of many digits", "https://a.test:" + "4" * 400, "its port"),
    malformed("a port with a leading zero", "https://a.test:0443", "its port"),
    malformed("a port of six digits", "https://a.test:000443", "its port"),
    malformed("a port of two zeros", "http://localhost:00", "its port"),
    malformed("a colon without a port", "https://a.test:", "its port"),
    malformed("a port of letters", "https://a.test:https", "its port"),
    malformed("a negative port", "https://a.test:-1", "its port"),
    malformed("a signed port", "https://a.test:+443", "its port"),
    malformed("a port in hexadecimal", "https://a.test:0x1bb", "its port"),
    malformed("a port with an exponent", "http://localhost:8e3", "its port"),
    malformed("a port with an underscore", "http://localhost:80_80", "its port"),
    malformed("a port with a letter behind", "http://localhost:8080a", "its port"),
    malformed("a port with a dot behind", "http://localhost:8080.", "ends in a dot"),
    malformed("two ports", "http://localhost:1:2", "and a port at most"),
    malformed("a port's wildcard", "http://localhost:*", "its port"),
    malformed("Arabic digits", "http://localhost:\u0664\u0664\u0663", "visible ASCII"),
    malformed("an Arabic digit behind one of ASCII", "http://localhost:8\u0660", "visible ASCII"),
    malformed("fullwidth digits", "http://localhost:\uff18\uff10", "visible ASCII"),
    malformed("superscript digits", "http://localhost:8\xb2", "visible ASCII"),
    malformed("a fullwidth colon", "https://a.test\uff1a443", "visible ASCII"),
]

# Names: what resembles a listed one without being it.

NAMES = [
    admitted("a single label", ["http://localhost"], "http://localhost"),
    admitted("names in networks have underscores", ["http://my_host"], "http://my_host"),
    admitted("labels of digits", ["https://1.example.com"], "https://1.example.com"),
    admitted("the longest label", ["http://" + "a" * 63], "http://" + "a" * 63),
    admitted("the longest name", ["http://" + "a." * 126 + "a"], "http://" + "a." * 126 + "A"),
    refused("another host", [APP], "https://other.example.com", says=HOST),
    refused("another scheme", [APP], "http://app.example.com", says=SCHEME),
    refused("another port", [APP], "https://app.example.com:8443", says=PORT),
    refused("all of it another", [APP], "http://evil.test:1", says="another scheme, host and port"),
    refused(
        "another scheme with the listed one's port",
        [APP],
        "http://app.example.com:443",
        says=SCHEME,
    ),
    refused("a scheme of sockets", [APP], "wss://app.example.com", says=SCHEME),
    refused("a scheme that ends alike", [APP], "xhttps://app.example.com", says=SCHEME),
    refused("a scheme that begins alike", [APP], "https+x://app.example.com", says=SCHEME),
    refused("a listed host is only a prefix", [APP], f"{APP}.evil.test", says=HOST),
    refused("a listed host is only a suffix", [APP], "https://evilapp.example.com", says=HOST),
    refused(
        "a listed host is only in the middle",
        ["https://example.com"],
        "https://a.example.com.evil.test",
        says=HOST,
    ),
    refused("a hyphen makes another label", [APP], "https://evil-app.example.com", says=HOST),
    refused("a hyphen behind", [APP], f"{APP}-.evil.test", says=HOST),
    refused("an underscore behind", [APP], f"{APP}_.evil.test", says=HOST),
    refused("a longer top-level domain", [APP], "https://app.example.community", says=HOST),
    refused("a shorter top-level domain", [APP], "https://app.example.co", says=HOST),
    refused(
        "a subdomain of an exact host",
        ["https://example.com"],
        "https://evil.example.com",
        says=HOST,
    ),
    refused("a parent of an exact host", [APP], "https://example.com", says=HOST),
    refused("a dot stands for itself", [APP], "https://appXexample.com", says=HOST),
    refused("a hyphen is no dot", [APP], "https://app-example.com", says=HOST),
    refused("an underscore is no hyphen", ["https://a-b.test"], "https://a_b.test", says=HOST),
    refused("labels in another order", [APP], "https://example.app.com", says=HOST),
    refused("another host at the listed port", [APP], "https://evil.test:443", says=HOST),
    refused("localhost is no address", ["http://localhost"], "http://127.0.0.1", says=HOST),
    refused(
        "localhost below another name",
        ["http://localhost"],
        "http://localhost.evil.test",
        says=HOST,
    ),
    refused("a name below localhost", ["http://localhost"], "http://evil.localhost", says=HOST),
    malformed("a bare name", "app.example.com", "scheme"),
    malformed("a name and a port", "localhost:8080", "scheme"),
    malformed("no scheme", "//app.example.com", "scheme"),
    malformed("an empty scheme", "://app.example.com", "scheme"),
    malformed("a scheme that begins with a digit", "1https://a.test", "scheme"),
    malformed("a scheme with an underscore", "my_app://a.test", "scheme"),
    malformed("a scheme in front of a scheme", "blob:https://a.test", "scheme"),
    malformed("one slash", "https:/a.test", "scheme"),
    malformed("no slash", "https:a.test", "scheme"),
    malformed("backslashes for slashes", "https:\\\\a.test", "scheme"),
    malformed("three slashes", "https:///a.test", "slash"),
    malformed("the wildcard itself", "*", "scheme"),
    malformed("the word for the server's own", "same-origin", "scheme"),
    malformed("a page about nothing", "about:blank", "scheme"),
    malformed("a page of data", "data:text/html,x", "scheme"),
    malformed("no host", "https://", "host is missing"),
    malformed("files, which have no host", "file://", "host is missing"),
    malformed("no host before a port", "https://:443", "host is missing"),
    malformed("a slash", "https://a.test/", "slash"),
    malformed("a path", "https://a.test/x", "path"),
    malformed("a query", "https://a.test?x", "query"),
    malformed("a query that is empty", "https://a.test?", "query"),
    malformed("a fragment", "https://a.test#x", "fragment"),
    malformed("a fragment that is empty", "https://a.test#", "fragment"),
    malformed("the listed origin in a path", f"https://evil.test/{APP}", "path"),
    malformed("the listed origin in a query", f"https://evil.test?{APP}", "query"),
    malformed("the listed host in a fragment", "https://evil.test#.example.com", "fragment"),
    malformed("a backslash", "https://a.test\\.evil.test", "slash"),
    malformed("a backslash before a listed suffix", "https://evil.test\\.example.com", "slash"),
    malformed("a backslash and an at", "https://evil.test\\@a.test", "slash"),
    malformed("a slash and an at", "https://evil.test/@a.test", "slash"),
    malformed("a fragment and an at", "https://evil.test#@a.test", "fragment"),
    malformed("user information", "https://evil.test@a.test", "user information"),
    malformed("a listed host as user information", f"{APP}@evil.test", "user information"),
    malformed("a user and a password", "https://a:b@a.test", "user information"),
    malformed("an empty user", "https://@a.test", "user information"),
    malformed("two users", "https://a@b@a.test", "user information"),
    malformed("a user like a host and a port", "http://localhost:80@a.test", "user information"),
    malformed("a user behind the port", "http://localhost:80@", "user information"),
    malformed("a dot at the end", "https://a.test.", "ends in a dot"),
    malformed("a dot before the port", "https://a.test.:443", "ends in a dot"),
    malformed("two dots at the end", "https://a.test..", "ends in a dot"),
    malformed("a dot alone", "https://.", "ends in a dot"),
    malformed("a dot in front", "https://.example.com", "empty label"),
    malformed("two dots", "https://a..example.com", "empty label"),
    malformed("a percent-encoded dot", "https://app%2eexample.com", "character other than"),
    malformed("a percent-encoded letter", "https://%61.test", "character other than"),
    malformed("a percent-encoded NUL", "https://a.test%00.evil.test", "character other than"),
    malformed("a percent-encoded at", "https://evil.test%40a.test", "character other than"),
    malformed("quotes", 'https://"a".test', "character other than"),
    malformed("an apostrophe", "https://a.test'.example.com", "character other than"),
    malformed("a semicolon", "https://a.test;.evil.test", "character other than"),
    malformed("an ampersand", "https://a.test&.evil.test", "character other than"),
    malformed("an exclamation mark", "https://evil.test!.example.com", "character other than"),
    malformed("a dollar sign", "https://evil.test$.example.com", "character other than"),
    malformed("a backtick", "https://evil.test`.example.com", "character other than"),
    malformed("a brace", "https://evil.test{.example.com", "character other than"),
    malformed("a pipe", "https://evil.test|.example.com", "character other than"),
    malformed("a tilde", "https://evil.test~.example.com", "character other than"),
    malformed("an equals sign", "https://evil.test=.example.com", "character other than"),
    malformed("a parenthesis", "https://evil.test(.example.com", "character other than"),
    malformed("angle brackets", "https://<a>.example.com", "character other than"),
    malformed("a label of 64 characters", f"https://{'a' * 64}.example.com", "63"),
    malformed("a name of 254 characters", "https://aa" + ".a" * 126, "253"),
    malformed("8,000 characters", "https://" + "a" * 8000, "63"),
    malformed("8,000 colons", "https://" + ":" * 8000, "host is missing"),
]

WILDCARDS = [
    admitted("one label for the wildcard", [WILD], "https://app.example.com"),
    admitted("two labels for the wildcard", [WILD], "https://a.b.example.com"),
    admitted("a wildcard knows no case", [WILD], "HTTPS://APP.EXAMPLE.com"),
    admitted("a wildcard and its default port", [WILD], "https://a.example.com:443"),
    admitted("a wildcard with a port", ["https://*.a.test:8443"], "https://x.a.test:8443"),
    admitted(
        "a wildcard for labels and one for the port", ["https://*.a.test:*"], "https://x.a.test:1"
    ),
    admitted("any port: some port", [ANY_PORT], "http://localhost:3000"),
    admitted("any port: the default port", [ANY_PORT], "http://localhost"),
    admitted("any port: port 0", [ANY_PORT], "http://localhost:0"),
    admitted("any port: the last", [ANY_PORT], "http://localhost:65535"),
    admitted("any port of an IPv6 address", ["http://[::1]:*"], "http://[::1]:9"),
    admitted("any origin", ["*"], "https://anything.test:1"),
    admitted("any origin, whatever its scheme", ["*"], "moz-extension://0-1-2"),
    admitted("any origin, an address", ["*"], "http://[2001:db8::1]:8080"),
    refused("a wildcard leaves the apex out", [WILD], "https://example.com", says=HOST),
    refused("two wildcards do so, too", ["https://*.a.test:*"], "https://a.test:1", says=HOST),
    refused("a wildcard is whole labels", [WILD], "https://evilexample.com", says=HOST),
    refused("a wildcard is not a hyphen", [WILD], "https://evil-example.com", says=HOST),
    refused("a wildcard ends with the name", [WILD], "https://a.example.com.evil.test", says=HOST),
    refused("a wildcard is nothing to look for", [WILD], "https://a.example.community", says=HOST),
    refused("a wildcard has its scheme", [WILD], "http://a.example.com", says=SCHEME),
    refused("a wildcard has its port", [WILD], "https://a.example.com:8443", says=PORT),
    refused("a dot of a wildcard stands for itself", [WILD], "https://a.exampleXcom", says=HOST),
    refused("a wildcard stops before a parent", ["https://*.a.example.com"], APP, says=HOST),
    refused("any port has its host", [ANY_PORT], "http://localhost.evil.test:8080", says=HOST),
    refused("any port has its scheme", [ANY_PORT], "https://localhost:8080", says=SCHEME),
    refused("any port of an exact host", [ANY_PORT], "http://a.localhost:8080", says=HOST),
    malformed("a wildcard that comes", "https://*.example.com", "character other than"),
    malformed("a port with a name behind", "http://localhost:8080.evil.test", "its port"),
    malformed("a port with a listed name behind", "https://evil.test:1.example.com", "its port"),
    malformed("a path before a listed name", "https://evil.test/.example.com", "path"),
    malformed("a query before a listed name", "https://evil.test?.example.com", "query"),
    malformed("user information before a listed name", "https://evil.test@a.example.com", "user"),
    malformed("a space before a listed name", "https://evil.test .example.com", "visible ASCII"),
]

# An origin is one entry's, whole: parts of two make none.

COMBINED = [
    admitted("the first of two", TWO, "https://a"),
    admitted("the second of two", TWO, "http://b:8080"),
    refused("the first scheme with the second host and port", TWO, "https://b:8080", says=SCHEME),
    refused("the first scheme and port with the second host", TWO, "https://b", says="another"),
    refused("the second scheme with the first host", TWO, "http://a", says=SCHEME),
    refused("the second scheme and port with the first host", TWO, "http://a:8080", says="another"),
    refused("the second port with the first scheme and host", TWO, "https://a:8080", says=PORT),
    refused("the second scheme and host without its port", TWO, "http://b", says=PORT),
    refused("the first port with the second scheme and host", TWO, "http://b:443", says=PORT),
    refused(
        "a wildcard of one and a port of another",
        [WILD, "https://b.test:8443"],
        "https://a.example.com:8443",
        says=PORT,
    ),
    refused(
        "a wildcard of one and a host of another",
        [WILD, "https://b.test"],
        "https://a.b.test",
        says=HOST,
    ),
    refused(
        "any port of one and a host of another",
        [ANY_PORT, "http://b.test"],
        "http://b.test:3000",
        says=PORT,
    ),
    refused(
        "any port of one and a scheme of another",
        [ANY_PORT, APP],
        "https://localhost:3000",
        says=SCHEME,
    ),
    refused(
        "the own host and a port of another",
        ["same-origin", "http://b.test:3000"],
        "http://localhost:3000",
        says=PORT,
    ),
    refused("the own port and a host of another", ["same-origin", APP], f"{APP}:8080", says=PORT),
]

# The server's own is what the request was sent to: scheme, host and port.

SAME = [
    admitted("the server's own", ["same-origin"], OWN),
    admitted("the server's own, in capitals", ["same-origin"], "HTTP://LOCALHOST:8080"),
    admitted("the server's own, asked for in capitals", ["same-origin"], OWN, own=OWN.upper()),
    admitted(
        "the server's own, without a port",
        ["same-origin"],
        "http://localhost",
        own="http://localhost",
    ),
    admitted(
        "the server's own, asked for with its default port",
        ["same-origin"],
        "http://localhost",
        own="http://localhost:80",
    ),
    admitted(
        "the server's own, named with its default port",
        ["same-origin"],
        "http://localhost:80",
        own="http://localhost",
    ),
    admitted(
        "the server's own, by an IPv4 address",
        ["same-origin"],
        "http://127.0.0.1:8080",
        own="http://127.0.0.1:8080",
    ),
    admitted(
        "the server's own, by an IPv6 address",
        ["same-origin"],
        "http://[::1]:8080",
        own="http://[0:0::1]:8080",
    ),
    admitted(
        "the server's own, with TLS",
        ["same-origin"],
        "https://localhost:8443",
        own="https://localhost:8443",
        not_sent=NEEDS_TLS,
    ),
    admitted(
        "the server's own, with TLS at its default port",
        ["same-origin"],
        "https://[::1]",
        own="https://[0::1]:443",
        not_sent=NEEDS_TLS,
    ),
    refused("the server's other port", ["same-origin"], "http://localhost:3000", says=PORT),
    refused("the server without its port", ["same-origin"], "http://localhost", says=PORT),
    refused("the server with TLS", ["same-origin"], "https://localhost:8080", says=SCHEME),
    refused("the server by its address", ["same-origin"], "http://127.0.0.1:8080", says=HOST),
    refused("the server by its IPv6 address", ["same-origin"], "http://[::1]:8080", says=HOST),
    refused("a name below the server's", ["same-origin"], "http://a.localhost:8080", says=HOST),
    refused(
        "the server's name is only a prefix",
        ["same-origin"],
        "http://localhost.evil.test:8080",
        says=HOST,
    ),
    refused(
        "the server asked for by its address",
        ["same-origin"],
        OWN,
        own="http://127.0.0.1:8080",
        says=HOST,
    ),
    refused("what is the server's own is not listed", [APP], OWN, says=SCHEME),
    refused(
        "the server without TLS",
        ["same-origin"],
        "http://localhost:443",
        own="https://localhost",
        says=SCHEME,
        not_sent=NEEDS_TLS,
    ),
    refused(
        "nothing is the own of an unknown host",
        ["same-origin"],
        OWN,
        own=None,
        says="No entry",
        not_sent=NO_SUCH_HOST,
    ),
    refused(
        "null is not the own of an unknown host",
        ["same-origin"],
        "null",
        own=None,
        says="has no null",
        not_sent=NO_SUCH_HOST,
    ),
    refused(
        "null is not the own, even of null",
        ["same-origin"],
        "null",
        own="null",
        says="has no null",
        not_sent=NO_SUCH_HOST,
    ),
    refused(
        "an own origin that is none admits nothing",
        ["same-origin"],
        "http://localhost:8080/",
        own="http://localhost:8080/",
        says="slash",
        not_sent=NO_SUCH_HOST,
    ),
]

# Addresses: IPv6 has one value in many spellings, IPv4 has one spelling.

ADDRESSES = [
    admitted("an IPv4 address", ["http://127.0.0.1:8080"], "http://127.0.0.1:8080"),
    admitted("an IPv6 address", ["http://[::1]:8080"], "http://[::1]:8080"),
    admitted("an IPv6 address and its default port", ["http://[::1]"], "http://[::1]:80"),
    admitted("an IPv6 address, spelt out", ["http://[::1]"], "http://[0:0:0:0:0:0:0:1]"),
    admitted("an IPv6 entry, spelt out", ["http://[0:0:0:0:0:0:0:1]"], "http://[::1]"),
    admitted("an IPv6 address with zeros", ["http://[::1]"], "http://[0000::0001]"),
    admitted("an IPv6 address in capitals", ["http://[fe80::ab]"], "http://[FE80::AB]"),
    admitted(
        "an IPv6 address with its gap elsewhere", ["http://[1::2:0:0:3]"], "http://[1:0:0:0:2::3]"
    ),
    admitted("an IPv4 tail", ["http://[::ffff:7f00:1]"], "http://[::ffff:127.0.0.1]"),
    admitted("an IPv4 tail of zeros", ["http://[::1]"], "http://[::0.0.0.1]"),
    admitted("the unspecified address", ["http://[::]"], "http://[0::0]"),
    refused("another IPv6 address", ["http://[::1]"], "http://[::2]", says=HOST),
    refused("the unspecified address is not ::1", ["http://[::1]"], "http://[::]", says=HOST),
    refused("an IPv6 address and another port", ["http://[::1]"], "http://[::1]:1", says=PORT),
    refused("IPv4 in short", ["http://127.0.0.1"], "http://127.1", says=HOST),
    refused("IPv4 in octal", ["http://127.0.0.1"], "http://0177.0.0.1", says=HOST),
    refused("IPv4 in hexadecimal", ["http://127.0.0.1"], "http://0x7f000001", says=HOST),
    refused("IPv4 as one number", ["http://127.0.0.1"], "http://2130706433", says=HOST),
    refused("IPv4 with a leading zero", ["http://127.0.0.1"], "http://127.0.0.01", says=HOST),
    refused("IPv4 below a name", ["http://127.0.0.1"], "http://127.0.0.1.nip.test", says=HOST),
    refused("IPv4 within IPv6", ["http://127.0.0.1"], "http://[::ffff:127.0.0.1]", says=HOST),
    refused("another IPv4 tail", ["http://[::1]"], "http://[::0.0.0.2]", says=HOST),
    malformed("IPv6 without brackets", "http://::1", "host is missing"),
    malformed("IPv6 without brackets, spelt out", "http://fe80:0:0:0:0:0:0:1", "brackets"),
    malformed("an open bracket", "http://[::1", "brackets"),
    malformed("an open bracket and a port", "http://[::1:8080", "brackets"),
    malformed("a closing bracket", "http://::1]", "host is missing"),
    malformed("brackets the wrong way round", "http://]::1[:8080", "brackets"),
    malformed("empty brackets", "http://[]", "brackets"),
    malformed("empty brackets and a port", "http://[]:8080", "brackets"),
    malformed("something behind the bracket", "http://[::1]evil:8080", "brackets"),
    malformed("a port without a colon", "http://[::1]8080", "brackets"),
    malformed("a name behind the bracket", "http://[::1].evil.test:8080", "brackets"),
    malformed("a dot behind the bracket", "http://[::1].:8080", "brackets"),
    malformed("something before the bracket", "http://evil[::1]:8080", "brackets"),
    malformed("brackets within brackets", "http://[[::1]]:8080", "brackets"),
    malformed("two pairs of brackets", "http://[::1][::1]:8080", "brackets"),
    malformed("a bracket too many", "http://[::1]]:8080", "brackets"),
    malformed("an at behind the brackets", "http://[::1]@evil.test:8080", "user information"),
    malformed("a colon behind the bracket", "http://[::1]:", "brackets"),
    malformed("two ports of an IPv6 address", "http://[::1]:80:80", "brackets"),
    malformed("an IPv6 port that is none", "http://[::1]:x", "brackets"),
    malformed("an IPv6 port with a zero", "http://[::1]:08080", "brackets"),
    malformed("an IPv6 port beyond the last", "http://[::1]:65536", "its port"),
    malformed("a name in brackets", "http://[localhost]", "brackets"),
    malformed("an IPv4 address in brackets", "http://[127.0.0.1]", "IPv6"),
    malformed("a zone", "http://[::1%lo]:8080", "brackets"),
    malformed("an encoded zone", "http://[::1%25lo]:8080", "brackets"),
    malformed("a future address", "http://[v1.x]", "brackets"),
    malformed("too many groups", "http://[1:2:3:4:5:6:7:8:9]", "IPv6"),
    malformed("too few groups", "http://[1:2:3:4:5:6:7]", "IPv6"),
    malformed("a group of five digits", "http://[::00001]:8080", "IPv6"),
    malformed("two gaps", "http://[1::2::3]", "IPv6"),
    malformed("three colons", "http://[:::1]:8080", "IPv6"),
    malformed("one colon in front", "http://[:1:2:3:4:5:6:7]", "IPv6"),
    malformed("an IPv4 tail with a zero", "http://[::ffff:127.0.0.01]", "IPv6"),
    malformed("an IPv4 tail that is short", "http://[::ffff:127.1]", "IPv6"),
    malformed("an IPv4 tail in front", "http://[127.0.0.1::]", "IPv6"),
]

# Pages of extensions and applications have schemes of their own.

SCHEMES = [
    admitted("an extension", ["chrome-extension://abcdefgh"], "chrome-extension://abcdefgh"),
    admitted("an editor's view", ["vscode-webview://0abc-def"], "vscode-webview://0abc-def"),
    admitted("an application", ["capacitor://localhost"], "capacitor://localhost"),
    admitted("a scheme with plus, dot and digit", ["a+b.c-1://host"], "A+B.C-1://host"),
    admitted("a port of another scheme", ["app://host:443"], "app://host:443"),
    refused(
        "another extension",
        ["chrome-extension://abcdefgh"],
        "chrome-extension://abcdefgi",
        says=HOST,
    ),
    refused(
        "an extension of another browser",
        ["chrome-extension://abcdefgh"],
        "moz-extension://abcdefgh",
        says=SCHEME,
    ),
    refused(
        "an application with a page of the web",
        ["capacitor://localhost"],
        "http://localhost",
        says=SCHEME,
    ),
]

# Names that are written in other letters than ASCII are for configurations: what comes is A-labels.

LETTERS = [
    admitted("A-labels", ["https://xn--bcher-kva.test"], "https://xn--bcher-kva.test"),
    admitted(
        "a name of the configuration", ["https://b\xfccher.test"], "https://xn--bcher-kva.test"
    ),
    admitted("its capitals", ["https://B\xdcCHER.test"], "https://XN--bcher-kva.test"),
    admitted(
        "its letters, put together", ["https://bu\u0308cher.test"], "https://xn--bcher-kva.test"
    ),
    admitted(
        "its wildcard and port",
        ["https://*.b\xfccher.test:8443"],
        "https://a.xn--bcher-kva.test:8443",
    ),
    admitted("sharp s is no double s", ["https://fa\xdf.test"], "https://xn--fa-hia.test"),
    refused("double s is no sharp s", ["https://fa\xdf.test"], "https://fass.test", says=HOST),
    refused("u is no u-umlaut", ["https://b\xfccher.test"], "https://bucher.test", says=HOST),
    refused(
        "A-labels of a name that looks alike",
        [APP],
        "https://xn--pp-7lc.example.com",  # with a Cyrillic a
        says=HOST,
    ),
    refused(
        "a name of the configuration comes in A-labels only",
        ["https://b\xfccher.test"],
        "https://b\xfccher.test",
        says="visible ASCII",
    ),
    refused(
        "a name of the configuration in Latin-1",
        ["https://b\xfccher.test"],
        b"https://b\xfccher.test",
        says="visible ASCII",
    ),
    malformed("an internationalised name", "https://b\xfccher.test", "visible ASCII"),
    malformed("a Cyrillic a", "https://\u0430pp.example.com", "visible ASCII"),
    malformed("fullwidth letters", "https://\uff41.test", "visible ASCII"),
    malformed("a fullwidth dot", "https://app\uff0eexample.com", "visible ASCII"),
    malformed("an ideographic dot", "https://app\u3002example.com", "visible ASCII"),
    malformed("a halfwidth ideographic dot", "https://app\uff61example.com", "visible ASCII"),
    malformed("a one-dot leader", "https://app\u2024example.com", "visible ASCII"),
    malformed("a fullwidth slash", "https:/\uff0fa.test", "scheme"),
    malformed("a fullwidth at", "https://evil.test\uff20a.test", "visible ASCII"),
    malformed("a fraction's slash", "https://evil.test\u2044.example.com", "visible ASCII"),
    malformed("account of, which unfolds to a/c", "https://evil.\u2100.example.com", "ASCII"),
    malformed("a ligature, which unfolds to ff", "https://\ufb00.example.com", "visible ASCII"),
    malformed("a Kelvin sign, which lower() makes a k", "https://\u212aiosk.test", "visible ASCII"),
    malformed("a long s, which upper() makes an S", "http\u017f://a.test", "scheme"),
    malformed("a long s in a host", "https://a.te\u017ft", "visible ASCII"),
    malformed("a dotted I, which lower() makes two", "https://\u0130.example.com", "ASCII"),
    malformed("a dotless i", "https://k\u0131osk.test", "visible ASCII"),
    malformed("a sharp s, which casefold() makes ss", "https://\xdf.example.com", "visible ASCII"),
    malformed("a combining accent", "https://a\u0301.example.com", "visible ASCII"),
    malformed("a zero-width space", "https://a\u200b.test", "visible ASCII"),
    malformed("a zero-width joiner", "https://a\u200d.test", "visible ASCII"),
    malformed("a soft hyphen", "https://a\xad.test", "visible ASCII"),
    malformed("a mark that turns the direction", "https://\u202etest.a", "visible ASCII"),
    malformed("a byte order mark", "\ufeffhttps://a.test", "scheme"),
    malformed("a no-break space", "https://a.test\xa0", "visible ASCII"),
    malformed("an ideographic space", "https://a.test\u3000", "visible ASCII"),
    malformed("a line separator", "https://a.test\u2028", "visible ASCII"),
    malformed("a character beyond the basic plane", "https://\U0001d41a.test", "visible ASCII"),
]

# Bytes that are no text, and characters that one does not see.

BYTES = [
    malformed("the byte 80", b"https://a.test\x80", "visible ASCII"),
    malformed("the byte 85, a line's end in Latin-1", b"https://a.test\x85", "visible ASCII"),
    malformed("the byte A0, a space in Latin-1", b"https://a.test\xa0", "visible ASCII"),
    malformed("the byte AD in a host", b"https://a\xad.test", "visible ASCII"),
    malformed("the byte FF", b"https://a\xff.test", "visible ASCII"),
    malformed("the byte FF in front", b"\xffhttps://a.test", "scheme"),
    malformed("the byte 80 for a scheme", b"\x80://a.test", "scheme"),
    malformed("the byte FF in a port", b"http://localhost:80\xff", "visible ASCII"),
    malformed("the byte FF in brackets", b"http://[::1\xff]:8080", "visible ASCII"),
    malformed("half a character", b"https://a.test\xc3", "visible ASCII"),
    malformed("a dot in two bytes", b"https://app\xc0\xaeexample.com", "visible ASCII"),
    malformed("a slash in two bytes", b"https://a.test\xc0\xaf", "visible ASCII"),
    malformed("a letter in two bytes", b"https://\xc1\xa1.test", "visible ASCII"),
    malformed("a lone surrogate", b"https://a\xed\xa0\x80.test", "visible ASCII"),
    malformed("more than Unicode has", b"https://a\xf4\x90\x80\x80.test", "visible ASCII"),
    malformed("bytes of UTF-16", b"\xff\xfehttps://a.test", "scheme"),
    malformed("all bytes beyond ASCII", b"https://" + bytes(range(0x80, 0x100)), "visible ASCII"),
    malformed("nothing but a byte", b"\x80", "scheme"),
    malformed("a tab inside", "https://a\t.test", "visible ASCII"),
    malformed("a tab in the scheme", "ht\ttps://a.test", "scheme"),
    malformed("a tab in the port", "http://localhost:80\t80", "visible ASCII"),
    malformed("a tab behind the slashes", "https://\ta.test", "visible ASCII"),
    malformed("a space inside", "https://a .test", "visible ASCII"),
    malformed("a space before the port", "http://localhost :80", "visible ASCII"),
    malformed("a space in front", " https://a.test", "scheme", TRIMMED),
    malformed("a space behind", "https://a.test ", "visible ASCII", TRIMMED),
    malformed("a tab in front", "\thttps://a.test", "scheme", TRIMMED),
    malformed("a tab behind", "https://a.test\t", "visible ASCII", TRIMMED),
    malformed("a line feed behind", "https://a.test\n", "visible ASCII", PARSER),
    malformed("a line feed in front", "\nhttps://a.test", "scheme", PARSER),
    malformed("a line feed inside", "https://a\n.test", "visible ASCII", PARSER),
    malformed("a line feed and a listed origin", f"https://evil.test\n{APP}", "ASCII", PARSER),
    malformed("a listed origin and a line feed", f"{APP}\nhttps://evil.test", "ASCII", PARSER),
    malformed("a folded line", f"{APP}\r\n .evil.test", "visible ASCII", PARSER),
    malformed("a carriage return", "https://a.test\r", "visible ASCII", PARSER),
    malformed("a vertical tab behind", "https://a.test\v", "visible ASCII", PARSER),
    malformed("a form feed behind", "https://a.test\f", "visible ASCII", PARSER),
    malformed("a separator, which strip() takes away", "https://a.test\x1f", "ASCII", PARSER),
    malformed("a NUL before a name", "https://a.test\x00.evil.test", "visible ASCII", PARSER),
    malformed("a NUL behind", "https://a.test\x00", "visible ASCII", PARSER),
    malformed("a NUL in front", "\x00https://a.test", "scheme", PARSER),
    malformed("a backspace", "https://evil\x08.example.com", "visible ASCII", PARSER),
    malformed("an escape", "https://a\x1b[2J.test", "visible ASCII", PARSER),
    malformed("a delete", "https://a\x7f.test", "visible ASCII", PARSER),
]

CASES = [
    *COUNTED,
    *SPELT,
    *NAMES,
    *WILDCARDS,
    *COMBINED,
    *SAME,
    *ADDRESSES,
    *SCHEMES,
    *LETTERS,
    *BYTES,
]
