"""Calls as one long CSV file or JSON document, written while they are read."""

import csv
from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from dialer.views.call import CALL_COLUMNS, CallView
from dialer.views.spreadsheet import cell

Pages = AsyncIterator[Sequence[CallView]]


async def export_csv(pages: Pages, out: TextIO) -> None:
    """Write calls as CSV (RFC 4180), always with a header line."""
    writer = csv.writer(out)
    writer.writerow(CALL_COLUMNS)
    async for page in pages:
        writer.writerows(map(cell, call.document().values()) for call in page)


async def export_json(pages: Pages, out: TextIO) -> None:
    """Write calls in the shape of every list, one call a line."""
    out.write('{"items": [')
    separator = "\n"
    async for page in pages:
        for call in page:
            out.write(separator + call.model_dump_json())
            separator = ",\n"
    out.write('\n], "next_cursor": null}\n')
