"""The calls, written out and counted in one pass.

The files are `evidence.jsonl`, `calls.csv`, `anomalies.csv` and `figures.json`.
"""

import asyncio
import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from dialer.domain.access.roles import Actor
from dialer.domain.base.types import AttemptId
from dialer.inspection.called import CalledPeople, PersonLine
from dialer.inspection.parts import Counted
from dialer.inspection.sealed import Listener
from dialer.ports.inspection.inspection import PackFiles
from dialer.services.calls.call_records import CallRecord, CallRecords
from dialer.verifier.people import read_person
from dialer.verifier.recount import Recount
from dialer.views.call import CALL_COLUMNS, CallView
from dialer.views.calls_export import cell

FAULT_COLUMNS = ("kind", "attempt_id", "at", "detail")
COLUMNS = (*CALL_COLUMNS, "territories", "list", "line")


async def count_calls(
    actor: Actor,
    people: CalledPeople,
    records: CallRecords,
    terms: dict[str, Any],
    files: PackFiles,
    listener: Listener,
) -> Counted:
    """Write and count the calls.

    `listener` receives the number of people done. `actor` sees numbers as their role and the pack
    allow.
    """
    recount, counted = Recount(terms), Counted()
    files.append("calls.csv", [csv_line(COLUMNS)])
    files.append("anomalies.csv", [csv_line(FAULT_COLUMNS)])
    files.append("evidence.jsonl", ())
    done = 0
    async for page in people.pages():
        counted.left_out += sum(line.left_out for line in page)
        called = [line for line in page if line.calls]
        shown = await records.records(actor, [row for line in called for row in line.calls])
        counted.seen.update(record.attempt.id for record in shown)
        await asyncio.to_thread(_write, files, recount, called, shown)
        done += len(page)
        listener(done, 0)
    counted.figures = recount.figures()
    files.put("figures.json", _json(counted.figures))
    return counted


def csv_line(values: Iterable[object]) -> str:
    """Write a line of RFC 4180, without its end.

    Cells that a spreadsheet would run are disarmed.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell(value) for value in values])
    return out.getvalue()


def _write(
    files: PackFiles, recount: Recount, lines: Sequence[PersonLine], shown: Sequence[CallRecord]
) -> None:
    faults = [fault for line in lines for fault in recount.feed(read_person(line.document))]
    by_id = {record.attempt.id: CallView.of(record).document() for record in shown}
    files.append("evidence.jsonl", [json.dumps(line.document, ensure_ascii=False) for line in lines])
    files.append("calls.csv", [row for line in lines for row in _rows(line, by_id)])
    files.append("anomalies.csv", [csv_line(fault) for fault in faults])


def _rows(line: PersonLine, by_id: dict[AttemptId, dict[str, Any]]) -> list[str]:
    """Return the CSV rows of the calls, with number and id of the person as the line shows them."""
    told = line.document
    hidden = {"phone_number": told["phone_number"], "contact": told["external_id"]}
    where = {"territories": "/".join(told["territories"]), "list": told["list"], "line": told["line"]}
    records = [by_id[row.attempt.id] | hidden | where for row in line.calls]
    return [csv_line(record[name] for name in COLUMNS) for record in records]


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
