import struct

import pytest

from dialer.simulated_callees.personas import Says
from dialer.simulated_callees.rtp import FRAME, FRAME_S, PCMA, RtpSource, audio_of
from dialer.simulated_callees.rtp_sender import SILENCE, RtpSender, alaw, is_silent, spoken


def speak(mouth: RtpSender, ticks: int) -> list[bytes]:
    return [packet for n in range(ticks) for packet in mouth.packets(n * FRAME_S)]


def test_a_key_is_one_event_with_growing_duration_and_three_equal_ends() -> None:
    mouth = RtpSender(RtpSource(ssrc=1, event_type=101), b"")
    speak(mouth, 3)
    mouth.press("9", 0.1)
    packets = speak(mouth, 5)
    fields = [struct.unpack("!BBHIIBBH", packet) for packet in packets]
    assert [field[1] for field in fields] == [0x80 | 101] + [101] * 6
    assert [field[2] for field in fields] == list(range(4 + 0, 4 + 7))
    assert {field[3] for field in fields} == {3 * FRAME}
    assert {field[5] for field in fields} == {9}
    assert [(field[6] >> 7, field[7]) for field in fields] == [
        (0, 160), (0, 320), (0, 480), (0, 640), (1, 800), (1, 800), (1, 800),
    ]  # fmt: skip


def test_speech_goes_on_after_a_key_where_its_clock_says() -> None:
    mouth = RtpSender(RtpSource(ssrc=1, event_type=101), b"")
    mouth.press("1", 0.04)
    timestamps = [struct.unpack_from("!BBHI", packet)[3] for packet in speak(mouth, 4)]
    assert timestamps == [0, 0, 0, 0, 2 * FRAME, 3 * FRAME]


@pytest.mark.parametrize(("key", "event"), [("0", 0), ("9", 9), ("*", 10), ("#", 11)])
def test_keys_have_the_event_numbers_of_rfc_4733(key: str, event: int) -> None:
    assert RtpSource(ssrc=1, event_type=96).event(0, 0, key, 160, end=False)[12] == event


def test_a_key_still_down_when_the_call_ends_was_never_released() -> None:
    mouth = RtpSender(RtpSource(ssrc=1, event_type=101), b"")
    mouth.press("9", 1.0)
    speak(mouth, 5)
    assert [(press.key, press.down, press.up) for press in mouth.pressed] == [("9", 0.0, None)]


def test_audio_is_read_past_contributors_and_extensions() -> None:
    header = struct.pack("!BBHIIIHHI", 0x91, 0x80 | PCMA, 513, 0, 1, 2, 0xBEDE, 1, 3)
    assert audio_of(header + b"sound") == (513, b"sound")


@pytest.mark.parametrize(
    "packet", [b"", b"\x80\x08", RtpSource(1, 101).event(0, 0, "1", 160, end=False), b"SIP/2.0 200 OK\r\n"]
)
def test_what_is_not_a_law_audio_is_not_heard(packet: bytes) -> None:
    assert audio_of(packet) is None


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xD5), (-1, 0x55), (32767, 0xAA), (-32768, 0x2A), (1000, 0xFA), (-1000, 0x7A), (100, 0xD3)],
)
def test_samples_become_the_a_law_of_g711(sample: int, code: int) -> None:
    assert alaw(sample) == code


def test_a_machine_talks_for_nine_seconds_and_beeps_then_is_silent() -> None:
    greeting = spoken(Says.GREETING_AND_BEEP)
    assert len(greeting) == 475 * FRAME
    assert not any(is_silent(greeting[at : at + FRAME]) for at in range(0, len(greeting), FRAME))
    mouth = RtpSender(RtpSource(ssrc=1, event_type=101), greeting)
    assert audio_of(speak(mouth, 476)[-1]) == ((1 + 475) & 0xFFFF, bytes([SILENCE]) * FRAME)
