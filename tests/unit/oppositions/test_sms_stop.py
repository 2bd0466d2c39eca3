"""Text messages that are oppositions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.oppositions.sms_stop import LONGEST, UNREAD, WORDS, stop_word

KEYWORDS = (
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "ARRET",
    "ARRÊT",
    "CANCEL",
    "END",
    "QUIT",
    "DESABONNEMENT",
    "DÉSABONNEMENT",
)


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize(
    "frame", ["{}", " {} ", "«{}»!!", "Bonjour,\n{}.", "{} svp merci", "\ufeff{}\u200b", "-{}-"]
)
def test_a_keyword_counts_in_any_case_and_whatever_stands_around_it(keyword: str, frame: str) -> None:
    for written in (keyword, keyword.lower(), keyword.title()):
        assert stop_word(frame.format(written))


@pytest.mark.parametrize(
    "text",
    [
        "STOP36111",
        "S.T.O.P.",
        "s t o p",
        "ST0P",
        "stoppp",
        "ＳＴＯＰ",  # noqa: RUF001
        "st\u00adop",
        "ARRE\u0302T",
        "Arrêtez de m'appeler",
        "opt-out",
        "ne m'appelez plus",
        "Do not call me",
        "Don’t stop",  # noqa: RUF001
        "Please do not STOP calling me",
    ],
)
def test_what_people_write_for_it_counts_and_what_is_unclear_too(text: str) -> None:
    assert stop_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Bonjour",
        "oui",
        "1",
        "Merci pour votre appel",
        "bon weekend",
        "Attendez",
        "quitte à venir",
        "😀",
        "nonstop",
    ],
)
def test_what_holds_no_such_word_is_no_opposition(text: str) -> None:
    assert stop_word(text) is None


@given(before=st.text(max_size=30), word=st.sampled_from(sorted(WORDS)), after=st.text(max_size=30))
def test_a_word_between_two_lines_of_anything_is_found(before: str, word: str, after: str) -> None:
    """Single letters on both sides would make it part of a word that is spelt out."""
    assert stop_word(f"{before} xx\n{word}\nxx {after}")


@given(text=st.text(alphabet=st.characters(categories=["Nd", "P", "S", "Z"])))
def test_without_a_letter_nothing_is_said(text: str) -> None:
    assert stop_word(text) is None


def test_what_is_too_long_to_be_read_is_kept_in_doubt() -> None:
    assert stop_word("x" * LONGEST) is None
    assert stop_word("x" * LONGEST + " STOP") == UNREAD
    assert stop_word("STOP " + "x" * 1_000_000) == "stop"


@given(word=st.sampled_from(sorted(WORDS)), more=st.integers(0, 2000))
def test_a_last_letter_may_be_written_any_number_of_times(word: str, more: int) -> None:
    assert stop_word(word + word[-1] * more)
