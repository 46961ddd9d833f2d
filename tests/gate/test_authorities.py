"""What is no matter of a list: how a host is written, and what kinds of host there are."""

import pytest

from webapp.gate.authorities import is_loopback, is_misspelt_address, parse_authority, to_ascii


def test_an_address_within_another_is_written_as_browsers_do() -> None:
    """In every version of Python: 3.13 would write the tail as an IPv4 address."""
    assert parse_authority("[::ffff:127.0.0.1]:80") == ("[::ffff:7f00:1]", 80)


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_is_known_by_several_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.test", "notlocalhost", "0.0.0.0", "128.0.0.1", "[::]", "[::2]", "*"]
)
def test_other_hosts_are_other_machines(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "1.2.3.256", "127.0.0.01", "0", "a.1", "1.2.3.4.5"]
)
def test_what_ends_in_a_number_is_to_be_an_ipv4_address(host: str) -> None:
    assert is_misspelt_address(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "1.example", "0xg"])
def test_what_is_one_or_does_not_look_like_one_is_not_misspelt(host: str) -> None:
    assert not is_misspelt_address(host)


@pytest.mark.parametrize(
    ("written", "ascii_only"),
    [
        ("b\xfccher.test", "xn--bcher-kva.test"),
        ("B\xdcCHER.test:8080", "xn--bcher-kva.test:8080"),
        ("\u65e5\u672c\u3002test", "xn--wgv71a.test"),
        ("Plain.Test:1", "Plain.Test:1"),
        ("[::1]:1", "[::1]:1"),
    ],
)
def test_an_internationalised_host_becomes_its_a_labels(written: str, ascii_only: str) -> None:
    assert to_ascii(written) == ascii_only


@pytest.mark.parametrize(
    "written", ["\xfc..test", "\xfc\u200b.test", "\xfc\u202e.test", "\xfc" * 80]
)
def test_what_is_no_name_or_hides_something_is_an_error(written: str) -> None:
    with pytest.raises(ValueError, match="its host"):
        to_ascii(written)
