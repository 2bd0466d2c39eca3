import pytest

from dialer.domain.calls.attempt import Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.calls.outcome import EndReason, end_reason, notice_end_ms, result_of
from tests.samples.calls import a_trace
from tests.samples.campaigns import MONDAY

NOTICE = ("0 play notice", "8 done notice")


@pytest.mark.parametrize(
    ("steps", "result"),
    [
        ((*NOTICE, "9 key 1", "9 play message", "20 done message"), Result.MESSAGE_PLAYED),
        ((*NOTICE, "9 key 1", "9 play message", "12 cut message"), Result.MESSAGE_CUT),
        ((*NOTICE, "9 key 8", "9 play legal", "30 done legal"), Result.LEGAL_NOTICE),
        (
            (
                *NOTICE,
                "9 key 8",
                "9 play legal",
                "30 done legal",
                "31 key 1",
                "31 play message",
                "40 done message",
            ),
            Result.MESSAGE_PLAYED,
        ),
        ((*NOTICE, "9 play invitation", "12 done invitation", "20 play no-key"), Result.NO_KEY),
        (("0 play notice", "2 cut notice"), Result.HANGUP_IN_NOTICE),
        ((), Result.HANGUP_IN_NOTICE),
        (("0 end forwarded",), Result.NOT_ANSWERED),
        ((*NOTICE, "9 key 1", "9 play message", "12 key 9", "12 cut message"), Result.OPTED_OUT),
    ],
)
def test_the_result_of_an_answered_call_is_read_from_its_trace(
    steps: tuple[str, ...], result: Result
) -> None:
    assert result_of(DialStatus.ANSWER, a_trace(*steps), opposed=False, machine=False) is result


@pytest.mark.parametrize("status", [status for status in DialStatus if status is not DialStatus.ANSWER])
def test_whoever_did_not_answer_was_not_reached(status: DialStatus) -> None:
    assert result_of(status, (), opposed=False, machine=False) is Result.NOT_ANSWERED


def test_an_opposition_outranks_machine_and_status() -> None:
    assert result_of(DialStatus.CANCEL, (), opposed=True, machine=True) is Result.OPTED_OUT


def test_a_machine_was_left_the_short_text_only_if_that_was_played_whole() -> None:
    whole = a_trace(*NOTICE, "15 play voicemail", "28 done voicemail")
    cut = a_trace(*NOTICE, "15 play voicemail", "20 cut voicemail")
    assert result_of(DialStatus.ANSWER, whole, opposed=False, machine=True) is Result.MACHINE_MESSAGE
    assert result_of(DialStatus.ANSWER, cut, opposed=False, machine=True) is Result.MACHINE


def test_a_one_from_a_machine_is_no_engagement() -> None:
    steps = a_trace("0 play notice", "4 key 1", "5 cut notice")
    assert result_of(DialStatus.ANSWER, steps, opposed=False, machine=True) is Result.MACHINE


WORDS = {
    EndReason.SILENCE_CUT: "silence-cut",
    EndReason.MEDIA_TIMEOUT: "media-timeout",
    EndReason.FORWARDED: "forwarded",
    EndReason.LATE_ANSWER: "late-answer",
}
"""The words of the dialplan."""


def test_the_record_says_why_we_ended_a_call_out_of_turn() -> None:
    for reason, word in WORDS.items():
        assert reason.in_trace == word
        assert end_reason(a_trace(*NOTICE, f"12 end {word}")) is reason
    assert end_reason(a_trace(*NOTICE, "12 end of-another-version")) == "of_another_version"
    assert end_reason(a_trace(*NOTICE)) is None


def test_the_notice_ends_where_it_was_heard_whole() -> None:
    assert notice_end_ms(a_trace(*NOTICE), MONDAY.timestamp() * 1000) == 8000
    assert notice_end_ms(a_trace("0 play notice", "3 cut notice"), MONDAY.timestamp() * 1000) is None
