"""The meaning of a call's end, and its subject (RFC 3261, Q.850, T057, T065)."""

import pytest

from dialer.domain.calls.outcome import (
    CAUSES_ABOUT_NUMBER,
    CAUSES_ABOUT_TRUNK,
    CAUSES_SILENCE,
    SIP_ABOUT_NUMBER,
    SIP_ABOUT_TRUNK,
    SIP_SILENCE,
    About,
    about,
)
from dialer.verifier.refusals import CAUSES, SIP_CODES


@pytest.mark.parametrize(
    ("sip", "cause", "found"),
    [
        (404, 1, About.NUMBER),
        (410, 22, About.NUMBER),
        (604, 1, About.NUMBER),
        # Asterisk derives the cause of a missing number from these.
        (420, 3, About.TRUNK),
        (484, 28, About.TRUNK),
        (485, 1, About.TRUNK),
        (403, 21, About.TRUNK),
        (503, 34, About.TRUNK),
        (608, 21, About.TRUNK),
        (408, 18, About.SILENCE),
        (480, 19, About.CALLEE),
        # A Reason of the answer (RFC 3326) says more than its code.
        (480, 1, About.NUMBER),
        (480, 41, About.TRUNK),
        (404, 34, About.TRUNK),
        (503, 1, About.TRUNK),
        (486, 17, About.CALLEE),
        (600, 17, About.CALLEE),
        (603, 21, About.CALLEE),
        (607, 21, About.CALLEE),
        (None, 16, About.CALLEE),
        (None, 18, About.SILENCE),
        (None, 102, About.SILENCE),
        (None, 38, About.TRUNK),
        (None, None, About.CALLEE),
    ],
)
def test_a_final_answer_is_about(sip: int | None, cause: int | None, found: About) -> None:
    assert about(cause, sip) is found


def test_no_code_is_about_two_things() -> None:
    for sets in (
        (SIP_ABOUT_NUMBER, SIP_SILENCE, SIP_ABOUT_TRUNK),
        (CAUSES_ABOUT_NUMBER, CAUSES_SILENCE, CAUSES_ABOUT_TRUNK),
    ):
        assert sum(map(len, sets)) == len(frozenset().union(*sets))


def test_the_verifier_of_a_pack_reads_every_code_alike() -> None:
    assert SIP_CODES == SIP_ABOUT_NUMBER | SIP_ABOUT_TRUNK
    assert CAUSES == CAUSES_ABOUT_NUMBER | CAUSES_ABOUT_TRUNK
