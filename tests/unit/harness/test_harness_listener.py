from itertools import count

import pytest

from dialer.simulated_callees.listener import UNKNOWN, Corpus, Listener, Passage
from dialer.simulated_callees.rtp import FRAME, FRAME_S
from tests.harness.prompts import silence, sound

NOTICE, MESSAGE = sound("notice", 1.0), sound("message", 1.0)


def frames(audio: bytes) -> list[bytes]:
    return [audio[at : at + FRAME] for at in range(0, len(audio), FRAME)]


def listen(stream: bytes, prompts: dict[str, bytes], *, without: tuple[int, ...] = ()) -> Listener:
    """Hear `stream` from time 0 on, one packet each 20 ms, less the numbered packets."""
    corpus = Corpus()
    for name, audio in prompts.items():
        corpus.add(name, audio)
    listener = Listener(corpus, lambda: None)
    for n, sequence, frame in zip(count(), count(65530), frames(stream), strict=False):
        if n not in without:
            listener.receive(n * FRAME_S, sequence & 0xFFFF, frame)
    return listener


def told(passage: Passage) -> tuple[str | None, float, float, bool]:
    return passage.prompt, round(passage.started, 3), round(passage.ended, 3), passage.complete


def test_prompts_are_named_in_the_order_they_were_heard() -> None:
    heard = listen(NOTICE + silence(0.5) + MESSAGE, {"notice": NOTICE, "message": MESSAGE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 1.0, True), ("message", 1.5, 2.5, True)]


def test_a_prompt_cut_by_another_is_not_complete() -> None:
    heard = listen(NOTICE[: 30 * FRAME] + MESSAGE, {"notice": NOTICE, "message": MESSAGE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 0.6, False), ("message", 0.6, 1.6, True)]


def test_the_same_prompt_twice_is_two_passages() -> None:
    heard = listen(NOTICE * 2, {"notice": NOTICE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 1.0, True), ("notice", 1.0, 2.0, True)]


def test_a_prompt_heard_from_its_middle_is_not_complete() -> None:
    heard = listen(NOTICE[20 * FRAME :], {"notice": NOTICE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 0.6, False)]


def test_leading_silence_belongs_to_the_prompt() -> None:
    late = silence(0.3) + NOTICE
    heard = listen(silence(0.2) + late, {"notice": late})
    assert [told(p) for p in heard.passages] == [("notice", 0.2, 1.5, True)]


def test_silence_within_a_prompt_does_not_end_it() -> None:
    paused = NOTICE + silence(1.0) + MESSAGE
    heard = listen(paused, {"notice": paused, "message": MESSAGE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 3.0, True)]


def test_a_prompt_stopped_and_resumed_after_its_silent_first_frame_is_one_passage() -> None:
    """Asterisk's ControlPlayback resumes at an offset: the file's first 20 ms, then the rest."""
    prompt = silence(0.1) + NOTICE + silence(0.2) + MESSAGE
    for stop in (20, 50, 56, 62):
        stream = prompt[: stop * FRAME] + prompt[:FRAME] + prompt[stop * FRAME :]
        heard = listen(stream, {"notice": prompt})
        assert [(*told(p), p.resumed) for p in heard.passages] == [("notice", 0.0, 2.32, True, 1)]


def test_a_prompt_stopped_and_begun_again_is_two_passages() -> None:
    heard = listen(NOTICE[: 20 * FRAME] + NOTICE, {"notice": NOTICE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 0.4, False), ("notice", 0.4, 1.4, True)]


def test_a_prompt_that_goes_on_elsewhere_is_not_the_same_passage() -> None:
    heard = listen(NOTICE[: 20 * FRAME] + NOTICE[30 * FRAME :], {"notice": NOTICE})
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 0.4, False), ("notice", 0.4, 0.8, False)]


def test_sound_that_no_prompt_has_is_unknown_and_kept() -> None:
    stranger = sound("stranger", 0.5)
    heard = listen(silence(0.1) + stranger + silence(1.0) + stranger, {"notice": NOTICE})
    assert [told(p) for p in heard.passages] == [(UNKNOWN, 0.1, 0.6, False), (UNKNOWN, 1.6, 2.1, False)]
    assert bytes(heard.passages[0].audio) == stranger


def test_silence_alone_is_not_heard() -> None:
    assert listen(silence(1.0), {"notice": NOTICE}).passages == []


@pytest.mark.parametrize("length", [len(NOTICE) - 1, len(NOTICE) - 60, len(NOTICE) - FRAME + 1])
def test_a_prompt_of_odd_length_shifts_the_next_off_the_packets_and_both_are_named(length: int) -> None:
    odd = NOTICE[:length]
    heard = listen(odd + MESSAGE + silence(0.1), {"notice": odd, "message": MESSAGE})
    assert [(p.prompt, p.complete) for p in heard.passages] == [("notice", True), ("message", True)]
    assert heard.passages[1].started == pytest.approx(length / 8000, abs=FRAME_S)


def test_prompts_that_begin_alike_are_named_once_they_differ() -> None:
    short, long = NOTICE, NOTICE + MESSAGE
    prompts = {"short": short, "long": long}
    assert [p.prompt for p in listen(NOTICE[: 10 * FRAME], prompts).passages] == [None]
    assert [told(p) for p in listen(long, prompts).passages] == [("long", 0.0, 2.0, True)]
    assert [told(p) for p in listen(short, prompts).passages] == [("short", 0.0, 1.0, True)]


def test_packets_that_get_lost_are_counted_and_do_not_split_the_prompt() -> None:
    heard = listen(NOTICE, {"notice": NOTICE}, without=(10, 11, 30))
    assert [told(p) for p in heard.passages] == [("notice", 0.0, 1.0, True)]
    assert heard.lost == 3


def test_a_late_or_repeated_packet_is_ignored() -> None:
    corpus = Corpus()
    corpus.add("notice", NOTICE)
    listener = Listener(corpus, lambda: None)
    for sequence in (0, 1, 1, 0, 2):
        listener.receive(sequence * FRAME_S, sequence, frames(NOTICE)[sequence])
    assert [told(p) for p in listener.passages] == [("notice", 0.0, 0.06, False)]
    assert listener.lost == 0
