"""Errors as RFC 9457 problem documents: the one table from error to HTTP status."""

from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from dialer.api.http.errors import TooLarge, TooManyRequests, TooSlow, WrongMediaType
from dialer.domain.base.errors import (
    Conflict,
    DialerError,
    Forbidden,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotOriginated,
    Problem,
    Unauthenticated,
    Unavailable,
)
from dialer.domain.numbers.phone import PhoneError

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[DialerError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    PhoneError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    NotOriginated: HTTPStatus.SERVICE_UNAVAILABLE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DialerError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class BadField(BaseModel):
    """A bad field: its path, and why."""

    where: str
    detail: str


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457).

    `code` is stable. `problems` names the bad fields, at most twenty. `allowed` lists the
    transitions that are possible now.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    hint: str | None = None
    problems: list[BadField] | None = None
    allowed: list[str] | None = None


def status_of(kind: type[DialerError]) -> HTTPStatus:
    """Return the status of the nearest ancestor in the table."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def problem_of(error: DialerError) -> ProblemDocument:
    status = status_of(type(error))
    return ProblemDocument(
        title=status.phrase,
        status=status,
        code=error.code,
        detail=error.detail,
        hint=error.hint or None,
        problems=[BadField(where=p.where, detail=p.detail) for p in bad_fields(error)] or None,
        allowed=list(error.allowed) if isinstance(error, IllegalTransition) else None,
    )


def bad_fields(error: DialerError) -> tuple[Problem, ...]:
    match error:
        case InvalidInput():
            return error.problems
        case PhoneError():
            return (Problem("phone_number", error.detail),)
        case _:
            return ()


def answer_error(error: DialerError) -> web.Response:
    answer = render_problem(problem_of(error))
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def answer_http_error(error: web.HTTPException) -> web.Response:
    """Answer a refusal by aiohttp itself: an unknown path or method."""
    status = HTTPStatus(error.status)
    code = status.phrase.upper().replace(" ", "_")
    problem = ProblemDocument(title=status.phrase, status=status, code=code, detail=status.description)
    answer = render_problem(problem)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def render_problem(problem: ProblemDocument) -> web.Response:
    return web.Response(
        status=problem.status,
        text=problem.model_dump_json(exclude_none=True),
        content_type=MEDIA_TYPE,
    )
