from dialer.domain.calls.answering_machine import MachineDetector
from dialer.domain.calls.call_events import DialStatus, Ended, TalkingStarted, TalkingStopped
from tests.samples.calls import after, an_attempt

ID = an_attempt().id


def test_who_says_hello_and_waits_is_a_person() -> None:
    detector = MachineDetector()
    detector.feed(TalkingStarted(ID, after(0)))
    detector.feed(TalkingStopped(ID, after(1.5)))
    assert detector.found(after(10)) == []


def test_who_talks_on_is_a_machine_and_named_once() -> None:
    detector = MachineDetector()
    detector.feed(TalkingStarted(ID, after(0)))
    assert detector.found(after(2.9)) == []
    assert [found.attempt_id for found in detector.found(after(3))] == [ID]
    assert detector.found(after(4)) == []


def test_who_is_gone_is_forgotten() -> None:
    detector = MachineDetector()
    detector.feed(TalkingStarted(ID, after(0)))
    detector.feed(Ended(ID, after(1), DialStatus.ANSWER, 16, None, ()))
    assert detector.found(after(10)) == []


def test_a_machine_has_spoken_once_the_silence_after_its_beep_lasts() -> None:
    """Greeting, a short pause, the beep, and then nothing."""
    detector = MachineDetector()
    detector.feed(TalkingStarted(ID, after(0)))
    assert detector.found(after(3))
    detector.feed(TalkingStopped(ID, after(9.5)))
    assert detector.spoken(after(10)) == []
    detector.feed(TalkingStarted(ID, after(10.2)))
    assert detector.spoken(after(12)) == []
    detector.feed(TalkingStopped(ID, after(11)))
    assert detector.spoken(after(12.4)) == []
    assert [spoken.attempt_id for spoken in detector.spoken(after(12.5))] == [ID]
    assert detector.spoken(after(20)) == []


def test_a_person_who_falls_silent_is_no_machine_that_has_spoken() -> None:
    detector = MachineDetector()
    detector.feed(TalkingStarted(ID, after(0)))
    detector.feed(TalkingStopped(ID, after(1)))
    assert detector.spoken(after(10)) == []
