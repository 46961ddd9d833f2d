"""The payload of a close frame: RFC 6455 §5.5.1 and §7.4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.wire.closing import build_close, parse_close
from webapp.wire.violations import CloseCode, ProtocolError


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4000, 4999])
def test_codes_that_may_be_sent_are_understood(code: int) -> None:
    assert parse_close(build_close(code, "späß")) == (code, "späß")


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
def test_codes_that_must_not_be_sent_are_refused(code: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close(code.to_bytes(2))
    assert caught.value.code == CloseCode.PROTOCOL_ERROR
    with pytest.raises(ValueError, match=str(code)):
        build_close(code, "no")


def test_a_close_without_payload_has_no_code() -> None:
    assert parse_close(b"") == (CloseCode.NO_STATUS_RECEIVED, "")
    assert build_close(CloseCode.NO_STATUS_RECEIVED) == b""


def test_half_a_close_code_is_refused() -> None:
    with pytest.raises(ProtocolError, match="half a close code"):
        parse_close(b"\x03")


def test_a_close_reason_that_is_not_utf8_is_refused_with_1007() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close(b"\x03\xe8\xff")
    assert caught.value.code == CloseCode.INVALID_PAYLOAD


@given(st.text(min_size=100))
def test_a_long_reason_is_cut_between_characters(reason: str) -> None:
    payload = build_close(1000, reason)
    assert len(payload) <= 125
    code, cut = parse_close(payload)
    assert code == 1000
    assert reason.startswith(cut)
    assert len(reason) == len(cut) or len((cut + reason[len(cut)]).encode()) > 123
