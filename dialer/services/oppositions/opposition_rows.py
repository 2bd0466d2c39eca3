"""A row of an opposition list, kept in any spelling that holds a digit."""

from collections.abc import Sequence

from dialer.domain.base.errors import InvalidInput
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.imports.csv_reader import CsvRow
from dialer.services.imports.intake import RowRejected, Warned
from dialer.services.oppositions.oppositions import Receipt, StatedOpposition, understand

OPPOSITION_COLUMNS = frozenset({"phone_number", "channel", "received_at", "sponsor", "note"})


def read_opposition(
    row: CsvRow, receipt: Receipt, fingerprints: Fingerprints
) -> tuple[tuple[Suppression, ...], Sequence[Warned]]:
    """Read an opposition. Raise `RowRejected` only where there is no digit.

    Where cells cannot be separated, the number is taken, against every sponsor.
    """
    number = row.cells.get("phone_number", "")
    if row.fault:
        objection, warnings = StatedOpposition(number, OppositionChannel.IMPORT), [_broken(row)]
    else:
        channel, warnings = _channel(row)
        objection = StatedOpposition(
            number, channel, row.cells.get("sponsor"), row.text("received_at"), row.text("note")
        )
    try:
        understood = understand(objection, receipt, fingerprints)
    except InvalidInput as error:
        raise RowRejected("INVALID_NUMBER", error.detail) from None
    return understood.suppressions, [
        *warnings,
        *(Warned("RECEIVED_AT", detail) for detail in understood.warnings),
    ]


def _broken(row: CsvRow) -> Warned:
    return Warned("MALFORMED_ROW", f"{row.fault}: stored against every sponsor, without the other cells")


def _channel(row: CsvRow) -> tuple[OppositionChannel, list[Warned]]:
    stated = row.text("channel")
    try:
        return OppositionChannel(stated or OppositionChannel.IMPORT), []
    except ValueError:
        return OppositionChannel.IMPORT, [
            Warned("CHANNEL", f"channel is none of {', '.join(OppositionChannel)}: stored as import")
        ]
