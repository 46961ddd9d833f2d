"""The table of origins bites: ways to match them that one meets, and what each gets wrong."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

import idna
import pytest
from yarl import URL

from tests.gate.origin_cases import CASES, Case
from tests.gate.origin_reading import Pattern, Reading, admits, patterns, read, same_port, under

Judge = Callable[[Case], bool]


def strict(case: Case, values: Sequence[str] | None = None) -> bool:
    """Decide as the second reading does, about what came or about other values in its place."""
    values = case.values if values is None else values
    return admits(case.allowed, values, case.own, allow_missing=case.allow_missing)


def entry_by_entry(matches: Callable[[str, str], bool]) -> Judge:
    """Compare texts with entries in some way, and do all else strictly."""

    def judge(case: Case) -> bool:
        if len(case.values) != 1 or case.values == ["null"]:
            return strict(case)
        (came,) = case.values
        if "*" in case.allowed and read(came) is not None:
            return True
        own = [case.own] if "same-origin" in case.allowed and case.own is not None else []
        return any(fits(entry, came) for entry in [*own, *case.allowed] if "://" in entry)

    def fits(entry: str, came: str) -> bool:
        try:
            return matches(entry, came)
        except ValueError:
            return False

    return judge


def part_by_part(matches: Callable[[Pattern, Reading], bool]) -> Judge:
    """Compare what origins say with what entries say in some way, and do all else strictly."""

    def judge(case: Case) -> bool:
        came = read(case.values[0]) if len(case.values) == 1 else None
        if came is None or "*" in case.allowed:
            return strict(case)
        return any(matches(rule, came) for rule in patterns(case.allowed, case.own))

    return judge


def once(change: Callable[[str], str]) -> Judge:
    """Change every value first, and decide strictly then."""
    return lambda case: strict(case, [change(value) for value in case.values])


# Texts


def prefix(entry: str, came: str) -> bool:
    return came.startswith(entry)


def suffix(entry: str, came: str) -> bool:
    return came.endswith(entry.partition("://")[2].removeprefix("*."))


def substring(entry: str, came: str) -> bool:
    return entry.partition("://")[2].removeprefix("*.") in came


def same_text(entry: str, came: str) -> bool:
    return entry == came


def same_in_lower_case(entry: str, came: str) -> bool:
    return entry.lower() == came.lower()


def same_when_folded(entry: str, came: str) -> bool:
    return entry.casefold() == came.casefold()


def same_when_normalised(entry: str, came: str) -> bool:
    return unicodedata.normalize("NFKC", entry) == unicodedata.normalize("NFKC", came)


def glob(entry: str, came: str) -> bool:
    return fnmatchcase(came, entry)


def unanchored_pattern(entry: str, came: str) -> bool:
    return re.search(re.escape(entry), came) is not None


def pattern_up_to_a_line_end(entry: str, came: str) -> bool:
    return re.match(re.escape(entry) + "$", came) is not None


def pattern_with_plain_dots(entry: str, came: str) -> bool:
    return re.fullmatch(entry, came) is not None


def pattern_for_anything(entry: str, came: str) -> bool:
    return re.fullmatch(re.escape(entry).replace(r"\*", ".*"), came) is not None


def pattern_for_one_label(entry: str, came: str) -> bool:
    return re.fullmatch(re.escape(entry).replace(r"\*", "[^.]*"), came) is not None


# URLs


def urlsplit_tuples(entry: str, came: str) -> bool:
    one, other = urlsplit(entry), urlsplit(came)
    return (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)


def urlsplit_authority(entry: str, came: str) -> bool:
    return urlsplit(entry).netloc == urlsplit(came).netloc


def urlsplit_domain(entry: str, came: str) -> bool:
    domain = entry.partition("://")[2].removeprefix("*.")
    return (urlsplit(came).hostname or "").endswith(domain)


def yarl_origins(entry: str, came: str) -> bool:
    return URL(entry).origin() == URL(came).origin()


def port_by_int(entry: str, came: str) -> bool:
    name, _, port = came.rpartition(":")
    return entry == f"{name}:*" and 0 <= int(port) <= 65535


def port_by_isdigit(entry: str, came: str) -> bool:
    name, _, port = came.rpartition(":")
    return entry == f"{name}:*" and port.isdigit()


def port_as_written(entry: str, came: str) -> bool:
    written = [text.rpartition(":")[2].isdigit() for text in (entry, came)]
    return read(came) is not None and read(entry) == read(came) and written[0] == written[1]


# Parts


def host_of(rule: Pattern, came: Reading) -> bool:
    if rule.subdomains:
        return under(came.host, rule.origin.host)
    return came.host == rule.origin.host


def whatever_port(rule: Pattern, came: Reading) -> bool:
    return came.scheme == rule.origin.scheme and host_of(rule, came)


def whatever_scheme(rule: Pattern, came: Reading) -> bool:
    return host_of(rule, came) and same_port(rule, came)


def host_alone(rule: Pattern, came: Reading) -> bool:
    return host_of(rule, came)


def port_0_is_none(rule: Pattern, came: Reading) -> bool:
    default = {"http": 80, "https": 443}.get(came.scheme)
    return whatever_port(rule, came) and (
        rule.any_port or (came.port or default) == (rule.origin.port or default)
    )


def wildcard_with_its_apex(rule: Pattern, came: Reading) -> bool:
    host = host_of(rule, came) or came.host == rule.origin.host
    return came.scheme == rule.origin.scheme and host and same_port(rule, came)


def wildcard_without_its_dot(rule: Pattern, came: Reading) -> bool:
    host = host_of(rule, came) or (
        rule.subdomains and str(came.host).endswith(str(rule.origin.host))
    )
    return came.scheme == rule.origin.scheme and host and same_port(rule, came)


def wildcard_of_one_label(rule: Pattern, came: Reading) -> bool:
    deep = rule.subdomains and str(came.host).count(".") > str(rule.origin.host).count(".") + 1
    return whatever_port(rule, came) and same_port(rule, came) and not deep


def parts_of_several(case: Case) -> bool:
    came = read(case.values[0]) if len(case.values) == 1 else None
    if came is None or "*" in case.allowed:
        return strict(case)
    rules = patterns(case.allowed, case.own)
    return (
        any(came.scheme == rule.origin.scheme for rule in rules)
        and any(host_of(rule, came) for rule in rules)
        and any(same_port(rule, came) for rule in rules)
    )


def default_port_of_http(case: Case) -> bool:
    """Take 80 for the default port of every scheme."""
    return strict(case, [re.sub(r"(?<=[^:]):80$", "", value) for value in case.values])


def own_host_alone(case: Case) -> bool:
    """Take every page of the same host for the server's own."""
    own = None if case.own is None else read(case.own)
    came = read(case.values[0]) if len(case.values) == 1 else None
    same = "same-origin" in case.allowed and own is not None and came is not None
    return strict(case) or (same and own.host == came.host)


def own_authority_alone(case: Case) -> bool:
    """Compare Origin with Host and forget the scheme."""
    if "same-origin" not in case.allowed or case.own is None or len(case.values) != 1:
        return strict(case)
    return strict(case) or case.values[0].partition("://")[2] == case.own.partition("://")[2]


# Headers and values


def any_header(case: Case) -> bool:
    return any(strict(case, [value]) for value in case.values) if case.values else strict(case)


def every_header(case: Case) -> bool:
    return all(strict(case, [value]) for value in case.values) if case.values else strict(case)


def joined_headers(case: Case) -> bool:
    parts = [part.strip() for part in ",".join(case.values).split(",")]
    return any(strict(case, [part]) for part in parts) if case.values else strict(case)


def split_at_blanks(case: Case) -> bool:
    return any(strict(case, [part]) for part in " ".join(case.values).split()) or strict(case)


def star_admits_all(case: Case) -> bool:
    return "*" in case.allowed or strict(case)


def star_admits_null(case: Case) -> bool:
    return (case.values == ["null"] and "*" in case.allowed) or strict(case)


def null_is_never_listed(case: Case) -> bool:
    return case.values != ["null"] and strict(case)


def ascii_alone(value: str) -> str:
    return value.encode("ascii", "ignore").decode()


def visible_alone(value: str) -> str:
    return "".join(character for character in value if character > " ")


def to_a_labels(value: str) -> str:
    try:
        scheme, separator, host = value.partition("://")
        return scheme + separator + idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return value


NAIVE: dict[str, tuple[Judge, list[str]]] = {
    # what it does: how it decides, and some of what it gets wrong
    "startswith": (
        entry_by_entry(prefix),
        ["a listed host is only a prefix", "a listed host as user information", "a path"],
    ),
    "endswith": (
        entry_by_entry(suffix),
        ["a listed host is only a suffix", "a wildcard leaves the apex out", "user information"],
    ),
    "in": (
        entry_by_entry(substring),
        ["a listed host is only in the middle", "the listed origin in a query"],
    ),
    "==": (entry_by_entry(same_text), ["hosts know no case", "an IPv6 address, spelt out"]),
    "lower() on the whole": (
        entry_by_entry(same_in_lower_case),
        ["a Kelvin sign, which lower() makes a k", "443 is what https means without a port"],
    ),
    "casefold() on the whole": (entry_by_entry(same_when_folded), ["a long s in a host"]),
    "NFKC on the whole": (
        entry_by_entry(same_when_normalised),
        ["a fullwidth dot", "a one-dot leader", "fullwidth letters"],
    ),
    "fnmatch": (
        entry_by_entry(glob),
        ["a path before a listed name", "a port with a name behind", "a wildcard that comes"],
    ),
    "re.search": (
        entry_by_entry(unanchored_pattern),
        ["a listed host is only a prefix", "the listed origin in a path"],
    ),
    "re.match with $": (entry_by_entry(pattern_up_to_a_line_end), ["a line feed behind"]),
    "dots that are not escaped": (
        entry_by_entry(pattern_with_plain_dots),
        ["a dot stands for itself", "a hyphen is no dot"],
    ),
    ".* for the wildcard": (
        entry_by_entry(pattern_for_anything),
        ["a query before a listed name", "user information before a listed name"],
    ),
    "[^.]* for the wildcard": (
        entry_by_entry(pattern_for_one_label),
        ["two labels for the wildcard", "a port with an exponent"],
    ),
    "urlsplit, scheme, hostname and port": (
        entry_by_entry(urlsplit_tuples),
        [
            "user information",
            "a path",
            "a tab inside",
            "a line feed inside",
            "an IPv6 port with a zero",
        ],
    ),
    "urlsplit, netloc": (
        entry_by_entry(urlsplit_authority),
        ["another scheme", "a path", "a tab inside"],
    ),
    "urlsplit, the end of the hostname": (
        entry_by_entry(urlsplit_domain),
        ["a listed host is only a suffix", "another port", "a wildcard is whole labels"],
    ),
    "yarl, origin()": (entry_by_entry(yarl_origins), ["user information", "a path", "a query"]),
    "int() on the port": (
        entry_by_entry(port_by_int),
        ["a port with an underscore", "Arabic digits", "a port of two zeros"],
    ),
    "isdigit() on the port": (
        entry_by_entry(port_by_isdigit),
        ["Arabic digits", "superscript digits", "a port of two zeros"],
    ),
    "whatever port": (part_by_part(whatever_port), ["another port", "a wildcard has its port"]),
    "whatever scheme": (
        part_by_part(whatever_scheme),
        ["another scheme with the listed one's port", "any port has its scheme"],
    ),
    "the host alone": (part_by_part(host_alone), ["another scheme", "another port"]),
    "no port is any falsy one": (part_by_part(port_0_is_none), ["port 0 is not no port"]),
    "ports as they are written": (
        entry_by_entry(port_as_written),
        ["443 is what https means without a port", "80 is what http means without a port"],
    ),
    "80 for every scheme": (
        default_port_of_http,
        ["the default port of the other scheme"],
    ),
    "the apex below the wildcard": (
        part_by_part(wildcard_with_its_apex),
        ["a wildcard leaves the apex out"],
    ),
    "a wildcard without its dot": (
        part_by_part(wildcard_without_its_dot),
        ["a wildcard is whole labels", "a wildcard is not a hyphen"],
    ),
    "a wildcard of one label": (
        part_by_part(wildcard_of_one_label),
        ["two labels for the wildcard"],
    ),
    "parts of several entries": (
        parts_of_several,
        [
            "the first scheme with the second host and port",
            "a wildcard of one and a port of another",
            "any port of one and a scheme of another",
            "the own host and a port of another",
        ],
    ),
    "the own host alone": (own_host_alone, ["the server's other port", "the server with TLS"]),
    "the own authority alone": (own_authority_alone, ["the server with TLS"]),
    "the first header": (
        lambda case: strict(case, case.values[:1]),
        ["two headers, the first listed", "two headers, both listed"],
    ),
    "the last header": (
        lambda case: strict(case, case.values[-1:]),
        ["two headers, the last listed"],
    ),
    "any header": (any_header, ["two headers, the first listed", "two headers, the last listed"]),
    "every header": (every_header, ["two headers, both listed", "three headers"]),
    "all headers split at commas": (
        joined_headers,
        ["a comma and another origin", "another origin and a comma", "two headers, both listed"],
    ),
    "split at blanks": (split_at_blanks, ["a list of RFC 6454, with blanks"]),
    "an empty header is missing": (
        lambda case: strict(case, [value for value in case.values if value]),
        ["an empty header is not missing", "an origin and an empty header"],
    ),
    "null is missing": (
        lambda case: strict(case, [value for value in case.values if value != "null"]),
        ["null is not missing", "null is nobody's own", "null twice"],
    ),
    "missing is null": (
        lambda case: strict(case, case.values or ["null"]),
        ["no origin is a program, whatever is listed", "no origin is not null"],
    ),
    "missing is refused": (
        lambda case: bool(case.values) and strict(case),
        ["no origin is a program, whatever is listed"],
    ),
    "missing is let in": (
        lambda case: not case.values or strict(case),
        ["no origin, where one is asked for"],
    ),
    "* admits all that comes": (
        star_admits_all,
        ["an empty header is not any origin", "no origin is not any origin", "a backslash"],
    ),
    "* admits null": (star_admits_null, ["null is not any origin: anybody can send it"]),
    "null is never let in": (null_is_never_listed, ["null, where it is listed"]),
    "strip()": (
        once(str.strip),
        ["a space behind", "a line feed behind", "a no-break space", "a line separator"],
    ),
    "rstrip() of the slash": (once(lambda value: value.rstrip("/")), ["a slash"]),
    "rstrip() of the dot": (once(lambda value: value.rstrip(".")), ["a dot at the end"]),
    "lower() before all": (
        once(str.lower),
        ["null in capitals", "a Kelvin sign, which lower() makes a k"],
    ),
    "upper() before all": (once(str.upper), ["a long s, which upper() makes an S", "a dotless i"]),
    "casefold() before all": (
        once(str.casefold),
        ["a long s in a host", "a sharp s, which casefold() makes ss"],
    ),
    "NFKC before all": (
        once(lambda value: unicodedata.normalize("NFKC", value)),
        ["a fullwidth dot", "fullwidth digits", "a fullwidth colon"],
    ),
    "IDNA before all": (
        once(to_a_labels),
        ["an internationalised name", "a Cyrillic a", "an ideographic dot"],
    ),
    "unquote() before all": (
        once(unquote),
        ["a percent-encoded dot", "a percent-encoded letter"],
    ),
    "ASCII alone": (once(ascii_alone), ["the byte FF", "a zero-width space", "half a character"]),
    "visible characters alone": (
        once(visible_alone),
        ["a tab inside", "a line feed inside", "a space inside", "a NUL behind"],
    ),
    "up to a NUL": (
        once(lambda value: value.partition("\0")[0]),
        ["a NUL before a name", "null with a NUL behind"],
    ),
    "up to the first slash": (
        once(lambda value: "/".join(value.split("/")[:3])),
        ["a slash", "a path"],
    ),
    "behind the last at": (
        once(lambda value: re.sub(r"(?<=//).*@", "", value)),
        ["user information", "a user and a password"],
    ),
}


def test_the_second_reading_gets_every_row_right() -> None:
    """So that what is built upon it has the one fault that it is named after."""
    assert [case.reason for case in CASES if strict(case) != case.admitted] == []


@pytest.mark.parametrize("name", NAIVE)
def test_a_naive_matcher_gets_rows_wrong(name: str) -> None:
    judge, expected = NAIVE[name]
    wrong = {case.reason for case in CASES if judge(case) != case.admitted}
    assert set(expected) <= wrong
