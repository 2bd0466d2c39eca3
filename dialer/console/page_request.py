"""One request of a person who is logged in, and how it is answered: a page, or the way to one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from aiohttp import web

from dialer.api.http.parsing import check_ids
from dialer.console.rendering import render
from dialer.domain.access.roles import Actor
from dialer.services.operations.suite import Services


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`form`: the fields of a POST, checked to come from this session's own pages. `csrf`: for the forms of the answer."""

    suite: Services
    actor: Actor
    language: str
    csrf: str
    path: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]

    def page(self, template: str, **values: object) -> web.Response:
        whose = {"actor": self.actor, "csrf": self.csrf, "path": self.path}
        return render(template, self.language, whose | values)

    def text(self, name: str) -> str:
        """A field of the form without the spaces around it; empty where it is missing."""
        return self.form.get(name, "").replace("\0", "").strip()

    def after(self, kind: str) -> str | None:
        """Where a list goes on, an id of `kind`. Raise `NotFound` for what can be none."""
        if "after" not in self.query:
            return None
        check_ids({kind: self.query["after"]})
        return self.query["after"]


@dataclass(frozen=True, slots=True)
class Screen:
    """One method of one path of the console. `urgent`: also while the database is away."""

    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[PageRequest], Awaitable[web.Response]]
    urgent: bool = False


def redirect(path: str, **query: str) -> web.Response:
    """The answer to a form: look there (303), so that a reload repeats nothing."""
    return web.Response(status=303, headers={"Location": f"{path}?{urlencode(query)}" if query else path})
