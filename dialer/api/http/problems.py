"""Errors as RFC 9457 problem documents: the one table from error to HTTP status.

Errors that only an HTTP request can make are defined here.
"""

from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from dialer.domain.base import errors
from dialer.domain.numbers.phone import PhoneError


class TooLarge(errors.DialerError):
    """The body is longer than this route takes."""

    code = "TOO_LARGE"


class TooSlow(errors.DialerError):
    """The body stopped coming."""

    code = "TOO_SLOW"


class WrongMediaType(errors.DialerError):
    """The body states another media type than this route takes."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class TooManyRequests(errors.DialerError):
    """The token has spent its share. It may ask again in `retry_after_s` whole seconds."""

    code = "RATE_LIMIT"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many requests with this token", hint=f"wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[errors.DialerError], HTTPStatus] = {
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    PhoneError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotOriginated: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DialerError: HTTPStatus.INTERNAL_SERVER_ERROR,
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


def status_of(kind: type[errors.DialerError]) -> HTTPStatus:
    """Return the status of the nearest ancestor in the table."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def problem_of(error: errors.DialerError) -> ProblemDocument:
    status = status_of(type(error))
    return ProblemDocument(
        title=status.phrase,
        status=status,
        code=error.code,
        detail=error.detail,
        hint=error.hint or None,
        problems=[BadField(where=p.where, detail=p.detail) for p in bad_fields(error)] or None,
        allowed=list(error.allowed) if isinstance(error, errors.IllegalTransition) else None,
    )


def bad_fields(error: errors.DialerError) -> tuple[errors.Problem, ...]:
    match error:
        case errors.InvalidInput():
            return error.problems
        case PhoneError():
            return (errors.Problem("phone_number", error.detail),)
        case _:
            return ()


def answer_error(error: errors.DialerError) -> web.Response:
    answer = render_problem(problem_of(error))
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.Unauthenticated):
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
