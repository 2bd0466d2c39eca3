"""`dialer calls`: the calls made, with prompts heard, keys pressed, and ends."""

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import JsonOption, print_list, print_view
from dialer.domain.access import Actor
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.services.calls.call_records import CallQuery, CallRecord
from dialer.views.calls import CallList, CallView, export_csv, export_json

app = typer.Typer(help="Read call records.", no_args_is_help=True)

CampaignFilter = Annotated[
    str | None, typer.Option("--campaign", metavar="ID", help="Of this campaign only.")
]
NumberFilter = Annotated[str | None, typer.Option("--number", metavar="NUMBER", help="To this number only.")]
PAGE = 1000
COLUMNS = ("attempt_id", "contact", "phone_number", "decided_at", "dial_status", "result", "state")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"


@app.command("list")
def list_calls(
    campaign: CampaignFilter = None,
    number: NumberFilter = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Go on after an earlier list's `next_cursor`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List calls in order of decision."""

    async def work(service: Service, actor: Actor) -> list[CallRecord]:
        query = _query(campaign, number)
        after = AttemptId(cursor) if cursor else None
        # One more than asked for tells whether the list goes on.
        return await service.suite.calls.page(actor, replace(query, after=after, limit=limit + 1))

    found = with_service(work)
    shown = tuple(map(CallView.of, found[:limit]))
    view = CallList(items=shown, next_cursor=shown[-1].attempt_id if len(found) > limit else None)
    print_list(view, COLUMNS, as_json=as_json)


@app.command()
def show(attempt_id: Annotated[str, typer.Argument(metavar="ATTEMPT")], as_json: JsonOption = False) -> None:
    """Show one call, whole."""

    async def work(service: Service, actor: Actor) -> CallRecord:
        return await service.suite.calls.get(actor, AttemptId(attempt_id))

    print_view(CallView.of(with_service(work)), as_json=as_json)


@app.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.CSV,
    campaign: CampaignFilter = None,
    number: NumberFilter = None,
    as_json: JsonOption = False,
) -> None:
    """Write every call to standard output. Cells that a spreadsheet would run are made harmless."""
    write = export_json if as_json or form is Format.JSON else export_csv

    async def work(service: Service, actor: Actor) -> None:
        query = _query(campaign, number)
        await write(_pages(service, actor, replace(query, limit=PAGE)), sys.stdout)

    with_service(work)


def _query(campaign: str | None, number: str | None) -> CallQuery:
    return CallQuery(CampaignId(campaign) if campaign else None, number)


async def _pages(service: Service, actor: Actor, query: CallQuery) -> AsyncIterator[Sequence[CallView]]:
    """Yield a page at a time, by key: memory stays small however many calls there are."""
    while page := await service.suite.calls.page(actor, query):
        yield [CallView.of(record) for record in page]
        query = replace(query, after=page[-1].attempt.id)
