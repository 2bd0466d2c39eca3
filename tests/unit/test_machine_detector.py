from dialer.domain.call_events import DialStatus, Ended, TalkingStarted, TalkingStopped
from dialer.domain.machine import MachineDetector
from tests.unit.values import after, an_attempt

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
