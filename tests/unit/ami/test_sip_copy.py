"""Copies of SIP messages: from any bytes, only final answers to INVITEs are read."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.adapters.ami.network_answers import SipAnswer, answer_of

KEY = "7e" * 16


def copy_of(message: str, key: str = KEY) -> bytes:
    """Build a copy as Asterisk sends it (HEP3): chunks of vendor, type, length and value."""
    chunks = [
        (1, b"\x02"),
        (2, b"\x11"),
        (14, key.encode()),
        (17, b"04e772fc-d151-48ff"),
        (15, message.encode()),
    ]
    body = b"".join(struct.pack(">HHH", 0, kind, 6 + len(value)) + value for kind, value in chunks)
    return b"HEP3" + struct.pack(">H", 6 + len(body)) + body


def answer(status: str, *headers: str, cseq: str = "7701 INVITE") -> bytes:
    lines = (
        f"SIP/2.0 {status}",
        "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1",
        "To: <sip:+33199000001@127.0.0.1>;tag=x",
        f"CSeq: {cseq}",
        *headers,
    )
    return copy_of("\r\n".join((*lines, "", "SIP/2.0 200 OK in the body")))


@pytest.mark.parametrize(
    ("datagram", "found"),
    [
        (answer("503 Service Unavailable", "Retry-After: 600"), SipAnswer("+33199000001", 503, None, 600)),
        (
            answer("503 No", "retry-after: 18000;duration=3600", 'Reason: Q.850;cause=41;text="x, y"'),
            SipAnswer("+33199000001", 503, 41, 18000),
        ),
        (
            answer("480 No", "Reason: SIP;cause=480", "Reason: q.850;text=none;cause=1"),
            SipAnswer("+33199000001", 480, 1),
        ),
        (answer("404 No", "Reason: Q.850;cause=many", "Retry-After: soon"), SipAnswer("+33199000001", 404)),
        (answer("200 OK"), SipAnswer("+33199000001", 200)),
        (answer("200 OK", cseq="2 BYE"), None),
        (answer("180 Ringing"), None),
        (copy_of("INVITE sip:+33199000001@127.0.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"), None),
        (answer("503 No")[4:], None),
        (b"HEP3SIP/2.0 503", None),
    ],
)
def test_a_copy_says(datagram: bytes, found: SipAnswer | None) -> None:
    assert answer_of(datagram, KEY) == found


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "7", "0" * 32])
def test_no_other_program_can_make_one_up(key: str) -> None:
    message = "SIP/2.0 404 No\r\nTo: <sip:+33199000001@127.0.0.1>\r\nCSeq: 1 INVITE\r\n\r\n"
    assert answer_of(copy_of(message), KEY) == SipAnswer("+33199000001", 404)
    assert answer_of(copy_of(message, key), KEY) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_nothing(noise: bytes) -> None:
    assert answer_of(noise, KEY) is None


@given(st.text(max_size=200), st.integers(0, 400))
def test_any_spoilt_copy_is_survived(noise: str, place: int) -> None:
    whole = answer("503 No", f"Reason: {noise}", f"Retry-After: {noise}")
    answer_of(whole, KEY)
    answer_of(whole[:place] + noise.encode(errors="replace") + whole[place:], KEY)
