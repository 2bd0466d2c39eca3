"""Decisions over HTTP: would this number be called at that instant, and why."""

import asyncio

from pydantic import Field, RootModel

from dialer.api.http.answers import JsonAnswer, Nothing, Phone, Wire, WireName
from dialer.api.http.bodies import MIB, JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, post
from dialer.api.http.parsing import parse_items, parse_json, read_json
from dialer.domain.access import Right
from dialer.domain.base.errors import InvalidInput, NotFound, Problem
from dialer.domain.base.instant import WrittenInstant
from dialer.domain.base.types import CampaignId
from dialer.services.decision.decisions import DecisionQuestion
from dialer.views.decision import DecisionsView, DecisionView, ManyDecisions

MOST = 10_000
LARGEST = 8 * MIB
MOST_VALUES = 10 * MOST


class QuestionBody(Wire):
    """A question about a number and an instant.

    `live` adds the present state of campaign, halt, clock and ledger. Without it, the answer
    supposes that the campaign is running.
    """

    campaign: WireName
    phone_number: Phone
    at: WrittenInstant
    live: bool = False


class ManyQuestions(Wire):
    items: list[QuestionBody] = Field(max_length=MOST)


class DecisionsBody(RootModel[QuestionBody | ManyQuestions]):
    """A question, or many."""


def read_questions(model: type[DecisionsBody], raw: bytes) -> DecisionsBody:
    """Choose the form by the key `items`, so that the errors name fields of that form only."""
    told = read_json(raw, MOST_VALUES)
    if not isinstance(told, dict) or "items" not in told:
        return model(parse_json(QuestionBody, raw))
    if told.keys() != {"items"} or not isinstance(told["items"], list) or len(told["items"]) > MOST:
        problem = Problem("items", f"should be a list of at most {MOST:,} questions, and nothing beside it")
        raise InvalidInput("the body cannot be used", (problem,))
    return model(ManyQuestions.model_construct(items=parse_items(QuestionBody, told["items"], "items")))


async def decide(asked: Asked[Nothing, DecisionsBody]) -> DecisionsView:
    if isinstance(asked.body.root, ManyQuestions):
        return DecisionsView(ManyDecisions(items=tuple(await answers(asked, asked.body.root.items))))
    return DecisionsView((await answers(asked, [asked.body.root]))[0])


async def answers(asked: Asked[Nothing, DecisionsBody], questions: list[QuestionBody]) -> list[DecisionView]:
    """Answer in the order of the questions, which are put campaign by campaign."""
    places: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        places.setdefault(question.campaign, []).append(place)
    found: dict[int, DecisionView] = {}
    for campaign, group in places.items():
        put = [DecisionQuestion(q.phone_number, q.at, q.live) for q in (questions[place] for place in group)]
        given = await asked.suite.decisions.ask(asked.actor, CampaignId(campaign), put)
        views = await asyncio.to_thread(list, map(DecisionView.of, given))
        found.update(zip(group, views, strict=True))
    return [found[place] for place in range(len(questions))]


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    post(
        "/v1/decisions",
        "Ask whether numbers would be called at given instants, and why; calls nobody.",
        (Right.DECIDE,),
        JsonBody(DecisionsBody, limit=LARGEST, parse=read_questions, long=True),
        JsonAnswer(DecisionsView),
        decide,
        errors=(NotFound,),
    ),
)
