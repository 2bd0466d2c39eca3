"""Calls as one long CSV file or JSON document, written while they are read."""

import csv
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from dialer.views.call import CALL_COLUMNS, CallView

_RUNS = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def cell(value: object) -> str:
    """Return the text of one CSV cell.

    Numbers stay as they are, telephone numbers too. A list becomes JSON, None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if _RUNS.search(text) and not _NUMBER.fullmatch(text) else text


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
