"""Call records as one long CSV file or JSON document, written as they are read."""

import csv
import json
from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from dialer.services.calls.call_records import Record
from dialer.services.views.spreadsheet import cell

COLUMNS = (
    "attempt_id",
    "campaign_id",
    "contact",
    "phone_number",
    "decided_at",
    "originated_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "state",
    "dial_status",
    "hangup_cause",
    "sip_code",
    "result",
    "lapse_reason",
    "keys",
    "prompts",
    "notice_end_ms",
    "end_reason",
    "ended_outside_window",
    "caller_id",
    "trunk",
    "pbx",
    "rule_pack",
    "decision_hash",
    "ledger_index",
)
"""The keys of a call record, in their order; named here so that an export without calls has its header too."""
Pages = AsyncIterator[Sequence[Record]]


async def export_csv(pages: Pages, out: TextIO) -> None:
    """RFC 4180, a header line always."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    async for page in pages:
        writer.writerows([cell(record[key]) for key in COLUMNS] for record in page)


async def export_json(pages: Pages, out: TextIO) -> None:
    """The shape of every list, one record a line."""
    out.write('{"items": [')
    separator = "\n"
    async for page in pages:
        for record in page:
            out.write(separator + json.dumps(record, ensure_ascii=False))
            separator = ",\n"
    out.write('\n], "next_cursor": null}\n')
