"""A route as data: one declaration gives both its behaviour and its OpenAPI description."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from dialer.api.http.answers import Answer, JsonAnswer, Nothing
from dialer.api.http.bodies import Body, NoBody
from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import DialerError
from dialer.services.operations.suite import Services

M = TypeVar("M", bound=BaseModel)
Query = TypeVar("Query", bound=BaseModel)
BodyValue = TypeVar("BodyValue")
AnswerValue = TypeVar("AnswerValue")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Query, BodyValue]):
    """A well-formed request of a known and entitled sender. `ids` are those of the path."""

    suite: Services
    actor: Actor
    ids: Mapping[str, str]
    query: Query
    body: BodyValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Query, BodyValue, AnswerValue]):
    """A method of a path.

    One of `rights` is demanded before query and body are read, and again by the service. `errors`
    are the ones that do not follow from the rest of the declaration. An `urgent` route is refused
    for a missing right only. A `viewed` route is open to the console's own pages, by their session.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    rights: tuple[Right, ...]
    query: type[Query]
    body: Body[BodyValue]
    answer: Answer[AnswerValue]
    handler: Callable[[Asked[Query, BodyValue]], Awaitable[AnswerValue]]
    errors: tuple[type[DialerError], ...] = ()
    urgent: bool = False
    viewed: bool = False

    def demand(self, actor: Actor) -> None:
        """Raise `Forbidden` where the actor has none of the rights."""
        if not any(actor.may(right) for right in self.rights):
            actor.demand(self.rights[0])


AnyEndpoint = Endpoint[Any, Any, Any]


def get(
    path: str,
    summary: str,
    rights: tuple[Right, ...],
    query: type[Query],
    model: type[M],
    handler: Callable[[Asked[Query, Nothing]], Awaitable[M]],
    *,
    errors: tuple[type[DialerError], ...] = (),
) -> Endpoint[Query, Nothing, M]:
    """Declare a route that shows something."""
    return Endpoint(
        method="GET",
        path=path,
        summary=summary,
        rights=rights,
        query=query,
        body=NoBody(),
        answer=JsonAnswer(model),
        handler=handler,
        errors=errors,
    )


def post(
    path: str,
    summary: str,
    rights: tuple[Right, ...],
    body: Body[BodyValue],
    answer: Answer[AnswerValue],
    handler: Callable[[Asked[Nothing, BodyValue]], Awaitable[AnswerValue]],
    *,
    errors: tuple[type[DialerError], ...] = (),
) -> Endpoint[Nothing, BodyValue, AnswerValue]:
    """Declare a route that does something."""
    return Endpoint(
        method="POST",
        path=path,
        summary=summary,
        rights=rights,
        query=Nothing,
        body=body,
        answer=answer,
        handler=handler,
        errors=errors,
    )
