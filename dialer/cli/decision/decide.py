"""dialer decide: the decision on a number at an instant, with its reasons."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import CampaignOption, Json
from dialer.cli.base.output import print_fields, print_json
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.cli.decision.case_file import BadCase, Case, read_cases
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.services.decision.decisions import DecisionQuestion
from dialer.views.decision import DecisionView

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
    as_json: Json = False,
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
