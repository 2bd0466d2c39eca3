"""`dialer decide`: the decision on a number, and why. `dialer replay`: past ones made again.

A file of cases has one question a line, and no bad line stops the rest. A replay uses the rule pack
of the day.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dialer.bootstrap import Service
from dialer.cli.base.program import FAILED
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import CampaignOption, JsonOption, console, instant, print_fields, print_json
from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.ports.records import DecisionFilter
from dialer.services.decision.decisions import DecisionQuestion, ReplayOutcome, ReplayReport
from dialer.views.base import instant_text
from dialer.views.decision import DecisionView, ReplayView

COLUMNS = frozenset({"number", "at"})
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Case:
    """A question. `number` is as typed."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BadCase:
    """A line that is no question, and the reason."""

    why: str


def read_cases(path: Path) -> Iterator[Case | BadCase]:
    """Yield the cases in order, without blank lines.

    Raise `InvalidInput` where the file cannot be read or its header lacks a column.
    """
    try:
        # A byte that is not UTF-8 spoils its own line only.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            yield from _cases(file)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _cases(file: TextIO) -> Iterator[Case | BadCase]:
    header = next(file, "")
    separator = max(_SEPARATORS, key=header.count)
    columns = ["".join(cell.lower().split()) for cell in _cells(header, separator) or ()]
    if not COLUMNS.issubset(columns):
        raise InvalidInput("the file needs a header line with the columns number,at")
    for line in file:
        if line.strip():
            yield _case(_cells(line, separator), columns)


def _cells(line: str, separator: str) -> list[str] | None:
    """Read the cells of a line. None where a quotation mark is out of place.

    Neither number nor time spans two lines, so an open quotation mark swallows no other case.
    """
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _case(cells: list[str] | None, columns: list[str]) -> Case | BadCase:
    if cells is None:
        return BadCase("a quotation mark out of place")
    if len(cells) != len(columns):
        return BadCase(f"{len(cells)} cells where the header has {len(columns)}")
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return BadCase("not UTF-8")
    case = dict(zip(columns, cells, strict=True))
    try:
        return Case(case["number"], instant(case["at"].strip()))
    except typer.BadParameter as error:
        return BadCase(error.message)


BATCH = 1000
"""Questions a request: answers begin to flow early, and memory stays small."""


def decide(
    campaign: CampaignOption,
    number: Annotated[str | None, typer.Option(metavar="NUMBER", help="The number.")] = None,
    at: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="TIME", help="ISO 8601 with an offset.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="CASES.csv", help="Columns number,at; one JSON object a line.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Add the present state, halt, clock, ledger.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Judge as if the campaign were running. A refusal is an answer too: exit 0."""
    campaign_id = CampaignId(campaign)
    if file is not None:
        if number is not None or at is not None:
            raise typer.BadParameter("give either --file or --number and --at")
        _decide_file(campaign_id, file, live=live)
    elif number is None or at is None:
        raise typer.BadParameter("give --number and --at, or --file")
    else:
        _decide_one(campaign_id, DecisionQuestion(number, at, live), as_json=as_json)


def _decide_one(campaign_id: CampaignId, question: DecisionQuestion, *, as_json: bool) -> None:
    async def work(service: Service, actor: Actor) -> DecisionView:
        (answer,) = await service.suite.decisions.ask(actor, campaign_id, [question])
        return DecisionView.of(answer)

    view = with_service(work)
    if as_json:
        print_json(view)
        return
    why = {reason.rule or reason.code: f"{reason.code}: {reason.detail}" for reason in view.reasons}
    told = view.document()
    times = {name: told[name] for name in ("permit_until", "next_open", "rule_pack") if told[name]}
    print_fields({"decision": view.decision, **why, **times})


def _decide_file(campaign_id: CampaignId, file: Path, *, live: bool) -> None:
    async def work(service: Service, actor: Actor) -> None:
        # Asked even of a file without cases, so that an unknown campaign or a missing right is
        # always an error.
        await service.suite.decisions.ask(actor, campaign_id, [])
        for batch in _batches(read_cases(file)):
            questions = [
                DecisionQuestion(case.number, case.at, live) for case in batch if isinstance(case, Case)
            ]
            answers = iter(await service.suite.decisions.ask(actor, campaign_id, questions))
            for case in batch:
                view = (
                    DecisionView.bad_request(case.why)
                    if isinstance(case, BadCase)
                    else DecisionView.of(next(answers))
                )
                print(view.model_dump_json())

    with_service(work)


def _batches(cases: Iterator[Case | BadCase]) -> Iterator[list[Case | BadCase]]:
    while batch := list(islice(cases, BATCH)):
        yield batch


def replay(
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="ID", help="Of this campaign only.")
    ] = None,
    attempt: Annotated[
        str | None, typer.Option("--attempt", metavar="ID", help="The permit of this attempt only.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make recorded decisions again from the facts stored with them.

    Exit 1 where one comes out otherwise, or there is none.
    """
    query = DecisionFilter(
        CampaignId(campaign) if campaign else None, AttemptId(attempt) if attempt else None
    )

    async def work(service: Service, actor: Actor) -> ReplayReport:
        stderr = Console(stderr=True)
        columns = (TextColumn("replaying"), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
            task = bar.add_task("", total=None)
            return await service.suite.replays.run(
                actor, query, lambda done: bar.update(task, completed=done)
            )

    report = with_service(work)
    view = ReplayView.of(report)
    if as_json:
        print_json(view)
    else:
        _show(view)
    if report.outcomes[ReplayOutcome.DIFFERENT] or not report.checked:
        raise typer.Exit(FAILED)


def _show(view: ReplayView) -> None:
    counts = view.model_dump(mode="json", include={"checked", "same", "different", "erased"})
    print_fields(counts | {title or "no rule pack": count for title, count in view.rule_packs.items()})
    for found in view.differences:
        what = [f"{name} was {each.then}, is {each.now}" for name, each in found.fields.items()]
        told = "; ".join(what) or found.why
        at = instant_text(found.at)
        console.print(f"decision {found.decision} of {at}: {told}", markup=False, soft_wrap=True)
