"""The parts of an event that the journal keeps, and the lines it accepts."""

from datetime import UTC, datetime

import pytest

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.journal import line_of, read_line

AT = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
ONE = Fingerprint("1" * 64)


def test_an_opposition_comes_back_as_it_was_told_without_what_it_vouches_for() -> None:
    body = {"sponsor": "liste-demo", "channel": "dtmf", "received_at": AT, "by": "pbx1", "hmac": {"x": "y"}}
    line = line_of(7, LedgerEvent(AT, Kind.OPPOSITION, body, ONE, "a" * 32), 2)
    assert line
    read = read_line(line)
    assert (read.index, read.kind, read.version, read.fingerprint, read.about) == (
        *(7, Kind.OPPOSITION, 2, ONE, "a" * 32),
    )
    assert read.body.keys() == {"sponsor", "channel", "received_at", "by"}
    assert read.moment("received_at") == AT


def test_what_a_restored_database_need_not_be_told_is_not_kept() -> None:
    assert line_of(0, LedgerEvent(AT, Kind.REFUSAL, {}, ONE), 1) is None


@pytest.mark.parametrize("torn", ["", "{", '{"index":1}', '"text"', '{"kind":"decision.refusal"', "\ufffd"])
def test_a_torn_line_is_none(torn: str) -> None:
    with pytest.raises(ValueError, match="no line of a journal"):
        read_line(torn)
