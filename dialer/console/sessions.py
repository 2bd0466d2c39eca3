"""The way into the console: login, session, the proof that a form is our own; errors as pages."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from dialer.api.http.authentication import SESSION
from dialer.api.http.bodies import read_form
from dialer.api.http.parsing import check_ids
from dialer.api.http.problems import status_of
from dialer.console.pages import LANGUAGES, PageRequest, Screen, chosen, redirect, render
from dialer.domain.access import Actor
from dialer.domain.base.errors import DialerError, Forbidden, NotFound, Unauthenticated
from dialer.services.access.tokens import LIFETIME_S, Sessions
from dialer.services.operations.suite import Services

LANGUAGE = "dialer_language"
A_YEAR_S = 365 * 24 * 3600
HTTPS = "https"
ANONYMOUS: dict[str, object] = {"actor": None}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class LoginPages:
    suite: Services

    @property
    def sessions(self) -> Sessions:
        return self.suite.sessions

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/login", self.show_login),
            web.post("/login", self.log_in),
            web.post("/logout", self.log_out),
            web.get("/language/{language}", self.choose_language),
        ]

    def handler(self, screen: Screen) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await screen.handler(await self._visit(screen, request))
            except Unauthenticated:
                return (
                    redirect("/login", next=request.path_qs)
                    if request.method == "GET"
                    else redirect("/login")
                )
            except DialerError as error:
                return refusal(request, error)

        return handle

    async def show_login(self, request: web.Request) -> web.Response:
        return login_page(request, wrong=False)

    async def log_in(self, request: web.Request) -> web.Response:
        """Open a session for a token. The cookie is out of reach of scripts and of other sites."""
        try:
            form = await read_form(request)
            key = await self.sessions.open(str(form.get("token", "")).strip())
        except Unauthenticated:
            return login_page(request, wrong=True)
        except DialerError as error:
            return refusal(request, error)
        answer = redirect(own_path(request.query.get("next", "/")))
        secure = HTTPS in (request.scheme, request.headers.get("X-Forwarded-Proto"))
        answer.set_cookie(
            SESSION, key, max_age=int(LIFETIME_S), httponly=True, samesite="Strict", secure=secure
        )
        return answer

    async def log_out(self, request: web.Request) -> web.Response:
        """Close the session.

        No proof is needed: nothing is lost, and only our pages send the cookie.
        """
        self.sessions.close(request.cookies.get(SESSION, ""))
        answer = redirect("/login")
        answer.del_cookie(SESSION)
        return answer

    async def choose_language(self, request: web.Request) -> web.Response:
        language = request.match_info["language"]
        if language not in LANGUAGES:
            return refusal(request, NotFound("no such language"))
        answer = redirect(own_path(request.query.get("next", "/")))
        answer.set_cookie(LANGUAGE, language, max_age=A_YEAR_S, samesite="Lax")
        return answer

    async def _visit(self, screen: Screen, request: web.Request) -> PageRequest:
        check_ids(request.match_info)
        key = request.cookies.get(SESSION, "")
        session = self.sessions.of(key)
        actor = await self._actor(screen, key)
        fields = await read_form(request) if request.method == "POST" else {}
        form = {name: value for name, value in fields.items() if isinstance(value, str)}
        if request.method == "POST" and not secrets.compare_digest(
            form.get("csrf", "").encode("utf-8", "surrogatepass"), session.csrf.encode()
        ):
            raise Forbidden(
                "this form is not one of this session", hint="go back, reload the page, try again"
            )
        return PageRequest(
            suite=self.suite,
            actor=actor,
            language=language_of(request),
            csrf=session.csrf,
            path=request.path_qs,
            ids=request.match_info,
            query=request.query,
            form=form,
        )

    async def _actor(self, screen: Screen, key: str) -> Actor:
        return await (self.sessions.actor_in_need(key) if screen.urgent else self.sessions.actor(key))


def login_page(request: web.Request, *, wrong: bool) -> web.Response:
    there = urlencode({"next": own_path(request.query.get("next", "/"))})
    values = ANONYMOUS | {"path": "/login", "there": there, "wrong": wrong}
    return render("login.html", language_of(request), values, status=401 if wrong else 200)


def refusal(request: web.Request, error: DialerError) -> web.Response:
    values = ANONYMOUS | {"path": "/", "error": error}
    return render("refusal.html", language_of(request), values, status=status_of(type(error)))


def language_of(request: web.Request) -> str:
    return chosen(request.cookies.get(LANGUAGE), request.headers.get("Accept-Language", ""))


def own_path(path: str) -> str:
    """Return a path of this console: the first page for one that a browser could read otherwise."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if plain else "/"
