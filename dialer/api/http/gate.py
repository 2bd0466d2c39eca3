"""The only way in: authentication, rights, parsing, the handler, the answer."""

import hashlib
import ipaddress
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from dialer.api.http.answers import KeptKind, deliver
from dialer.api.http.authentication import Authenticator, RateLimiter
from dialer.api.http.endpoint import AnyEndpoint, Asked
from dialer.api.http.parsing import check_ids, parse_query
from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.ports.records import ArchivedAnswer, RequestKey
from dialer.services.operations.suite import Services

IDEMPOTENCY_KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Gate:
    def __init__(self, suite: Services, limiter: RateLimiter) -> None:
        self._suite = suite
        self._limiter = limiter
        self._authenticator = Authenticator(suite.tokens, suite.sessions)

    def handler(self, endpoint: AnyEndpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            actor = await self._admit(endpoint, request)
            check_ids(request.match_info)
            query = parse_query(endpoint.query, request.query)
            async with endpoint.body.read(request) as received:
                asked = Asked(self._suite, actor, request.match_info, query, received.value)
                if key := request_key(endpoint, request, actor, received.sha256):
                    return await self._once(endpoint, request, asked, key)
                return await endpoint.answer.send(request, await endpoint.handler(asked))

        return handle

    async def reader_of_metrics(self, request: web.Request) -> None:
        """Raise unless the sender sits on this machine, or has a token that may read the system."""
        if not from_this_machine(request):
            actor = await self._authenticator.actor(request)
            actor.demand(Right.READ_SYSTEM)

    async def _admit(self, endpoint: AnyEndpoint, request: web.Request) -> Actor:
        if endpoint.urgent:
            actor = await self._authenticator.actor_in_need(request)
        else:
            known_by = self._authenticator.viewer if endpoint.viewed else self._authenticator.actor
            actor = await known_by(request)
            self._limiter.spend(actor.name)
        endpoint.demand(actor)
        return actor

    async def _once(
        self, endpoint: AnyEndpoint, request: web.Request, asked: Asked[Any, Any], key: RequestKey
    ) -> web.StreamResponse:
        answer, opened = endpoint.answer, None
        assert isinstance(answer, KeptKind), "what is posted is answered in JSON"

        async def act() -> ArchivedAnswer:
            nonlocal opened
            value = await endpoint.handler(asked)
            opened = await answer.open(request, value)
            return await answer.keep(value)

        kept = await self._suite.idempotency.once(key, act)
        return await deliver(opened, kept)


def request_key(
    endpoint: AnyEndpoint, request: web.Request, actor: Actor, body_sha256: str
) -> RequestKey | None:
    """Return the key that recognises a repeated request, None without one.

    Raise `InvalidInput` for a malformed key.
    """
    given = request.headers.get(IDEMPOTENCY_KEY)
    if given is None or endpoint.method != "POST" or endpoint.urgent:
        return None
    if not _KEY.fullmatch(given):
        problem = Problem(IDEMPOTENCY_KEY, "should be 1 to 255 printable ASCII characters without spaces")
        raise InvalidInput("the request cannot be used", (problem,))
    target = f"{request.method} {request.rel_url} {body_sha256}"
    return RequestKey(actor.name, given, hashlib.sha256(target.encode()).hexdigest())


def from_this_machine(request: web.Request) -> bool:
    """Tell whether the sender sits on this machine.

    Return False, too, where a proxy on this machine speaks for another sender.
    """
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For")):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
