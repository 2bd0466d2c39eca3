"""The meaning of one row of a list, and the rows that are left out."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from dialer.domain.base.types import ImportId
from dialer.domain.consent import Basis, ConsentAct, ConsentedWindow, ConsentForm, Mention
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.records import NewContact
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.consent.contact_rows import Jurisdiction, read_contact
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.run import ImportStamp, RowRejected
from dialer.services.oppositions.statements import Receipt
from dialer.services.oppositions.suppression_import import read_opposition
from tests.samples.campaigns import MONDAY
from tests.samples.people import DETAILS_IN_FULL, details_of

FINGERPRINTS = Fingerprints(b"k" * 32)
STAMP = ImportStamp(ImportId("i0123456789ab"), MONDAY, FINGERPRINTS, str)
FRANCE = Jurisdiction("fr-political", "FR", frozenset({"FR", "RE", "YT", "PF"}))
CONSENT = {
    "consent_sponsor": "liste-demo",
    "consent_purpose": "political",
    "consent_channel": "automated_voice",
    "consent_source": "form",
    "consent_proof": "scan 12",
    "consent_at": "2027-01-05T12:00:00+01:00",
}


def contact(**cells: str) -> NewContact:
    return read_contact(CsvRow(7, {"phone_number": "0199000001", **cells}), FRANCE, STAMP)


def consented(**cells: str) -> Any:
    return contact(**{**CONSENT, **cells}).consent


def rejected(**cells: str) -> str:
    with pytest.raises(RowRejected) as caught:
        contact(**cells)
    assert "199000001" not in caught.value.detail
    assert "\n" not in caught.value.detail
    return caught.value.code


def test_a_row_without_consent_columns_is_a_contact_without_consent() -> None:
    row = contact(external_id=" A 1", language="fr", territory="RE", timezone="Indian/Reunion")
    assert row.consent is None
    assert (row.line, row.number, row.fingerprint) == (7, "+33199000001", FINGERPRINTS.of(row.number))
    assert row.details == details_of(
        external_id=" A 1", language="fr", territory="RE", timezone="Indian/Reunion"
    )


def test_every_detail_is_read_from_the_column_of_its_name() -> None:
    assert contact(**DETAILS_IN_FULL).details == details_of(**DETAILS_IN_FULL)


def test_blank_consent_columns_are_no_consent() -> None:
    assert contact(**dict.fromkeys(CONSENT, "  ")).consent is None


def test_a_consent_is_read_whole() -> None:
    given = consented(
        consent_expires_at="2028-01-05T11:00:00Z",
        consent_act="signed_paper",
        appointment_at="2027-03-06T11:00:00+01:00",
        window_days="mon-wed,fri",
        window_start="10:00",
        window_end="13:00",
        windows="tue 18:00-19:00; sat, sun 09:30-10:00",
        territory="RE",
    )
    assert given.given_at == datetime(2027, 1, 5, 11, tzinfo=UTC)
    assert given.expires_at == datetime(2028, 1, 5, 11, tzinfo=UTC)
    assert given.appointment_at == datetime(2027, 3, 6, 10, tzinfo=UTC)
    assert given.act is ConsentAct.SIGNED_PAPER
    assert given.windows == (
        ConsentedWindow(frozenset({0, 1, 2, 4}), time(10), time(13)),
        ConsentedWindow(frozenset({1}), time(18), time(19)),
        ConsentedWindow(frozenset({5, 6}), time(9, 30), time(10)),
    )
    assert (given.territory, given.import_id, given.recorded_at) == ("RE", STAMP.import_id, MONDAY)


CONTRACT = {"consent_basis": "contract", "consent_expires_at": "2028-01-05T11:00:00Z"}


def test_a_contract_states_its_reference_its_start_and_its_end() -> None:
    """FC-08."""
    given = consented(**CONTRACT, consent_purpose="entretien de la chaudière")
    assert (given.basis, given.proof, given.purpose) == (
        Basis.CONTRACT,
        "scan 12",
        "entretien de la chaudière",
    )
    assert given.expires_at == datetime(2028, 1, 5, 11, tzinfo=UTC)
    assert consented(consent_basis="request").basis is Basis.REQUEST
    assert consented().basis is Basis.OPT_IN


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"consent_basis": "friendship"}, id="unknown"),
        pytest.param({"consent_basis": "contract"}, id="no-end"),
        pytest.param(CONTRACT | {"consent_proof": " "}, id="no-reference"),
        pytest.param(CONTRACT | {"consent_expires_at": CONSENT["consent_at"]}, id="ends-as-it-starts"),
    ],
)
def test_half_a_contract_is_rejected(cells: dict[str, str]) -> None:
    assert rejected(**{**CONSENT, **cells}) == "CONSENT_BASIS"


HASH = "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789"


@pytest.mark.parametrize("mentions", ["withdrawal,period", "period, withdrawal", "withdrawal period period"])
def test_a_consent_tells_its_form_by_the_hash_of_the_wording_and_what_it_says(mentions: str) -> None:
    """FC-04."""
    form = consented(consent_form=HASH, consent_mentions=mentions).form
    assert form == ConsentForm(HASH.lower(), (Mention.PERIOD, Mention.WITHDRAWAL))
    assert consented(consent_form=HASH).form == ConsentForm(HASH.lower(), ())
    assert consented().form is None


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"consent_form": HASH[1:]}, id="no-hash"),
        pytest.param({"consent_mentions": "period"}, id="of-no-form"),
        pytest.param({"consent_form": HASH, "consent_mentions": "period, price"}, id="unknown-mention"),
    ],
)
def test_half_a_form_is_rejected(cells: dict[str, str]) -> None:
    assert rejected(**{**CONSENT, **cells}) == "CONSENT_FORM"


@pytest.mark.parametrize("channel", ["automated_voice", "phone", "sms"])
def test_a_known_channel_is_kept_for_the_decision_to_judge(channel: str) -> None:
    assert consented(consent_channel=channel).channel == channel


def test_missing_source_and_proof_are_kept_for_the_decision_to_judge() -> None:
    given = consented(consent_source="", consent_proof="")
    assert (given.source, given.proof, given.act) == ("", "", None)


@pytest.mark.parametrize("column", ["consent_sponsor", "consent_purpose", "consent_channel", "consent_at"])
def test_a_consent_that_lacks_what_it_needs_is_rejected(column: str) -> None:
    assert rejected(**{**CONSENT, column: " "}) == "CONSENT_INCOMPLETE"


def test_a_window_without_a_consent_is_rejected() -> None:
    assert rejected(windows="mon 10:00-11:00") == "CONSENT_INCOMPLETE"


@pytest.mark.parametrize("act", ["pre_ticked", "Signed_Paper", "browsing"])
def test_a_pre_ticked_box_and_any_other_unknown_act_are_rejected(act: str) -> None:
    assert rejected(**CONSENT, consent_act=act) == "CONSENT_ACT"


def test_an_unknown_channel_is_rejected() -> None:
    assert rejected(**{**CONSENT, "consent_channel": "pigeon"}) == "CONSENT_CHANNEL"


@pytest.mark.parametrize("column", ["consent_at", "consent_expires_at", "appointment_at"])
@pytest.mark.parametrize(
    "value", ["2027-01-05", "2027-01-05T12:00:00", "yesterday", "0001-01-01T00:00:00+14:00"]
)
def test_dates_alone_naive_and_unreadable_times_are_rejected(column: str, value: str) -> None:
    assert rejected(**{**CONSENT, column: value}) == "TIME"


@pytest.mark.parametrize(
    "windows",
    [
        "fri-mon 10:00-11:00",
        "mon 10:00-24:00",
        "mon 11:00-11:00",
        "mon 12:00-11:00",
        "mon 9:00-11:00",
        "mon 10:00",
        "10:00-11:00",
        "monday 10:00-11:00",
        "mon- 10:00-11:00",
        "mon,,tue 10:00-11:00",
        "mon 10:00-11:00;",
        "mon 10:60-11:00",
        "mon 1\u0660:00-11:00",
        ";",
    ],
)
def test_a_malformed_window_is_rejected(windows: str) -> None:
    assert rejected(**CONSENT, windows=windows) == "CONSENT_WINDOW"


@pytest.mark.parametrize(
    "cells",
    [
        {"window_days": "mon"},
        {"window_start": "10:00", "window_end": "11:00"},
        {"window_days": "mon", "window_start": "10:00"},
        {"window_days": "mon", "window_start": "11:00", "window_end": "10:00"},
    ],
)
def test_half_a_window_is_rejected(cells: dict[str, str]) -> None:
    assert rejected(**CONSENT, **cells) == "CONSENT_WINDOW"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "INVALID_NUMBER"),
        ("O199000001", "INVALID_NUMBER"),
        ("199000001", "INVALID_NUMBER"),
        ("0199000001'; DROP TABLE contacts", "INVALID_NUMBER"),
        ("0199000001&SIP/evil", "INVALID_NUMBER"),
        ("${EXTEN}", "INVALID_NUMBER"),
        ("0199000001\r\nAction: Originate", "INVALID_NUMBER"),
        ("112", "FORBIDDEN_NUMBER"),
        ("0899000001", "FORBIDDEN_NUMBER"),
        ("+41446681800", "JURISDICTION"),
        ("+442079460001", "JURISDICTION"),
    ],
)
def test_a_number_that_must_not_be_dialled_is_rejected_with_its_code(number: str, code: str) -> None:
    assert rejected(phone_number=number) == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"territory": "XX"}, "TERRITORY"),
        ({"territory": "re"}, "TERRITORY"),
        ({"territory": "RE", "timezone": "Europe/Paris"}, "UNKNOWN_TIMEZONE"),
        ({"timezone": "Mars/Olympus"}, "UNKNOWN_TIMEZONE"),
        ({"language": "français"}, "LANGUAGE"),
        ({"external_id": "a\nb"}, "TEXT"),
        ({"external_id": "\x1b[2J"}, "TEXT"),
        ({"external_id": "x" * 201}, "TEXT"),
    ],
)
def test_a_malformed_contact_column_is_rejected(cells: dict[str, str], code: str) -> None:
    assert rejected(**cells) == code


def test_a_row_whose_cells_cannot_be_told_apart_is_rejected() -> None:
    with pytest.raises(RowRejected) as caught:
        read_contact(
            CsvRow(7, {"phone_number": "0199000001"}, "3 cells where the header has 1"), FRANCE, STAMP
        )
    assert caught.value.code == "MALFORMED_ROW"


def opposed(fault: str = "", **cells: str) -> tuple[Any, list[str]]:
    receipt = Receipt(MONDAY, "alice", STAMP.import_id)
    entries, warnings = read_opposition(CsvRow(7, cells, fault), receipt, FINGERPRINTS)
    return entries, [warned.code for warned in warnings]


def test_an_opposition_is_read_whole() -> None:
    (entry,), warnings = opposed(
        phone_number="0199000001",
        channel="letter",
        received_at="2027-01-05T12:00:00+01:00",
        sponsor="liste-demo",
        note="angry",
    )
    assert warnings == []
    assert entry.fingerprint == FINGERPRINTS.of(contact().number)
    assert (entry.sponsor, entry.channel, entry.note) == ("liste-demo", OppositionChannel.LETTER, "angry")
    assert entry.received_at == datetime(2027, 1, 5, 11, tzinfo=UTC)
    assert (entry.recorded_at, entry.recorded_by, entry.source) == (MONDAY, "alice", STAMP.import_id)


def test_a_number_alone_is_an_opposition_to_every_sponsor() -> None:
    (entry,), warnings = opposed(phone_number="+33199000001")
    assert (entry.sponsor, entry.channel, entry.received_at) == (None, OppositionChannel.IMPORT, MONDAY)
    assert warnings == []


def test_every_number_an_odd_spelling_could_mean_is_suppressed() -> None:
    entries, _ = opposed(phone_number="+33692123456")
    assert FINGERPRINTS.of(contact(phone_number="0692123456").number) in {
        entry.fingerprint for entry in entries
    }
    assert opposed(phone_number="O199OOOOO1")[0][0].fingerprint == FINGERPRINTS.of(contact().number)


@pytest.mark.parametrize("when", ["yesterday", "2027-01-05", "2027-01-05T12:00:00", "2999-01-01T00:00:00Z"])
def test_an_unreadable_or_future_time_is_stored_as_now_with_a_warning(when: str) -> None:
    (entry,), warnings = opposed(phone_number="0199000001", received_at=when)
    assert entry.received_at == MONDAY
    assert warnings == ["RECEIVED_AT"]


def test_an_unknown_channel_is_stored_with_a_warning() -> None:
    (entry,), warnings = opposed(phone_number="0199000001", channel="carrier pigeon")
    assert entry.channel is OppositionChannel.IMPORT
    assert warnings == ["CHANNEL"]


def test_an_opposition_whose_other_cells_are_lost_counts_against_every_sponsor() -> None:
    (entry,), warnings = opposed("6 cells where the header has 5", phone_number="0199000001", sponsor="?")
    assert entry.sponsor is None
    assert warnings == ["MALFORMED_ROW"]


@pytest.mark.parametrize("number", ["", "unknown", "+"])
def test_an_opposition_without_a_digit_is_rejected(number: str) -> None:
    with pytest.raises(RowRejected) as caught:
        opposed(phone_number=number)
    assert caught.value.code == "INVALID_NUMBER"


@pytest.mark.parametrize(
    ("cells", "territory"),
    [
        pytest.param({"postcode": "67000"}, "FR-67", id="alsace"),
        pytest.param({"postcode": "57000", "territory": "FR"}, "FR-57", id="moselle-said-to-be-in-france"),
        pytest.param({"postcode": "67000", "territory": "FR-67"}, "FR-67", id="said-twice"),
        pytest.param({"postcode": "75004"}, "FR", id="paris"),
        pytest.param({"postcode": "97400"}, "RE", id="overseas"),
        pytest.param({"postcode": " "}, None, id="none"),
    ],
)
def test_a_postcode_states_the_territory_of_a_row_and_of_its_consent(
    cells: dict[str, str], territory: str | None
) -> None:
    row = contact(**CONSENT, **cells)
    assert row.details.territory == territory
    assert row.consent is not None
    assert row.consent.territory == territory


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"postcode": "7500"}, id="four-digits"),
        pytest.param({"postcode": "98000"}, id="monaco"),
        pytest.param({"postcode": "75004", "territory": "RE"}, id="another-territory"),
        pytest.param({"postcode": "67000", "territory": "FR-57"}, id="another-area"),
    ],
)
def test_a_postcode_that_is_none_or_says_otherwise_is_rejected(cells: dict[str, str]) -> None:
    assert rejected(**cells) == "POSTCODE"
