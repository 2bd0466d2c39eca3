"""A route as data: what runs it and what the OpenAPI document says of it come from one declaration."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from dialer.api.http.answers import Answer, JsonAnswer, Shown
from dialer.api.http.bodies import Body, NoBody
from dialer.api.http.wire import Nothing
from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import DialerError
from dialer.services.operations.suite import Services

Query = TypeVar("Query", bound=BaseModel)
BodyValue = TypeVar("BodyValue")
AnswerValue = TypeVar("AnswerValue")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Query, BodyValue]):
    """A request whose sender is known and entitled, and whose parts are well-formed. `ids` are those of the path."""

    suite: Services
    actor: Actor
    ids: Mapping[str, str]
    query: Query
    body: BodyValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Query, BodyValue, AnswerValue]):
    """One method of one path. One of `rights` is demanded before query and body are read, and by the service again.

    `errors` are those that cannot be told from the rest of the declaration. `urgent`: refused by nothing but a missing right.
    `viewed`: the console's own pages read it, by their session.
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
        """Raise `Forbidden`."""
        if not any(actor.may(right) for right in self.rights):
            actor.demand(self.rights[0])


AnyEndpoint = Endpoint[Any, Any, Any]


def get(
    path: str,
    summary: str,
    rights: tuple[Right, ...],
    query: type[Query],
    model: type[Shown],
    handler: Callable[[Asked[Query, Nothing]], Awaitable[Shown]],
    *,
    errors: tuple[type[DialerError], ...] = (),
) -> Endpoint[Query, Nothing, Shown]:
    """A route that shows something."""
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
    """A route that does something."""
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
