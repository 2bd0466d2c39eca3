"""Would this number be called at that instant, and why."""

import asyncio
from typing import Literal

from pydantic import Field, RootModel

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import MIB, JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.parsing import parse_items, parse_json, read_json
from dialer.api.http.wire import Instant, Name, Nothing, Phone, Wire
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import InvalidInput, NotFound, Problem
from dialer.domain.base.types import CampaignId
from dialer.domain.decision.decision_record import ReasonCode
from dialer.services.decision.decisions import DecisionQuestion
from dialer.services.views.decision import decision_view

MOST = 10_000
LARGEST = 8 * MIB
MOST_VALUES = 10 * MOST


class QuestionBody(Wire):
    """`live` adds the present state of campaign, halt, clock and ledger; without it, judged as if the campaign were running."""

    campaign: Name
    phone_number: Phone
    at: Instant
    live: bool = False


class ManyQuestions(Wire):
    items: list[QuestionBody] = Field(max_length=MOST)


class DecisionsBody(RootModel[QuestionBody | ManyQuestions]):
    """One question, or many."""


class ReasonView(Wire):
    rule: str
    code: ReasonCode
    detail: str


class DecisionView(Wire):
    """All reasons are listed, not only the first. `permit_until` is exclusive; `next_open`: when the calendar alone would allow it."""

    decision: Literal["permit", "refuse"]
    reasons: list[ReasonView]
    permit_until: Instant | None
    next_open: Instant | None
    zones: list[str]
    rule_pack: str
    decision_hash: str


class ManyDecisions(Wire):
    items: list[DecisionView]


class DecisionsView(RootModel[DecisionView | ManyDecisions]):
    """A decision, or as many as were asked for, in their order."""


def read_questions(model: type[DecisionsBody], raw: bytes) -> DecisionsBody:
    """Told apart first, so that what is wrong is said of the one form that was meant."""
    told = read_json(raw, MOST_VALUES)
    if not isinstance(told, dict) or "items" not in told:
        return model(parse_json(QuestionBody, raw))
    if told.keys() != {"items"} or not isinstance(told["items"], list) or len(told["items"]) > MOST:
        problem = Problem("items", f"should be a list of at most {MOST:,} questions, and nothing beside it")
        raise InvalidInput("the body cannot be used", (problem,))
    return model(ManyQuestions.model_construct(items=parse_items(QuestionBody, told["items"], "items")))


async def decide(asked: Asked[Nothing, DecisionsBody]) -> View:
    if isinstance(asked.body.root, ManyQuestions):
        return {"items": await answers(asked, asked.body.root.items)}
    return (await answers(asked, [asked.body.root]))[0]


async def answers(asked: Asked[Nothing, DecisionsBody], questions: list[QuestionBody]) -> list[View]:
    """In the order of the questions, which are put campaign by campaign."""
    places: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        places.setdefault(question.campaign, []).append(place)
    found: dict[int, View] = {}
    for campaign, group in places.items():
        put = [DecisionQuestion(q.phone_number, q.at, q.live) for q in (questions[place] for place in group)]
        given = await asked.suite.decisions.ask(asked.actor, CampaignId(campaign), put)
        views = await asyncio.to_thread(list, map(decision_view, given))
        found.update(zip(group, views, strict=True))
    return [found[place] for place in range(len(questions))]


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/decisions",
        summary="Ask whether numbers would be called at given instants, and why; calls nobody.",
        rights=(Right.DECIDE,),
        query=Nothing,
        body=JsonBody(DecisionsBody, limit=LARGEST, parse=read_questions, long=True),
        answer=JsonAnswer(DecisionsView),
        handler=decide,
        errors=(NotFound,),
    ),
)
