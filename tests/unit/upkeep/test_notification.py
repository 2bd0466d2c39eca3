"""Notifications: their identity, their signature, their patience."""

from datetime import timedelta

from dialer.adapters.webhook_sender import signature
from dialer.domain.upkeep import MOST_TRIES, halt_changed, pause_after
from tests.samples.campaigns import NOW


def test_the_same_happening_has_the_same_id_and_another_one_another() -> None:
    first = halt_changed(halted=True, by="omar", at=NOW)
    assert first.id == halt_changed(halted=True, by="omar", at=NOW).id
    others = [
        halt_changed(halted=False, by="omar", at=NOW),
        halt_changed(halted=True, by="camille", at=NOW),
        halt_changed(halted=True, by="omar", at=NOW + timedelta(microseconds=1)),
    ]
    assert first.id not in {other.id for other in others}


def test_a_signature_is_as_the_documentation_says() -> None:
    """The digest was made with `printf 1800000000.{} | openssl dgst -sha256 -hmac key`."""
    expected = "t=1800000000,v1=7321475872b03ff21bdc2dfd86ea2d99ec29c479fbe4a77aa6acf4509505493f"
    assert signature(b"key", 1_800_000_000, b"{}") == expected


def test_pauses_double_up_to_an_hour_and_end_after_some_three_days() -> None:
    pauses = [pause_after(tries) for tries in range(1, MOST_TRIES)]
    known = [pause for pause in pauses if pause is not None]
    assert known[:4] == [timedelta(seconds=s) for s in (1, 2, 4, 8)]
    assert max(known) == timedelta(hours=1)
    assert timedelta(days=2.5) < sum(known, timedelta()) < timedelta(days=3.5)
    assert pause_after(MOST_TRIES) is None
