"""A request of a person who is logged in, and the answers: a page, or the way to one."""

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
    """A request of the console. `csrf` is for the forms of the answer.

    `form` holds the fields of a POST, checked to come from this session's own pages.
    """

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
        """A field of the form without the spaces around it, empty where it is missing."""
        return self.form.get(name, "").replace("\0", "").strip()

    def after(self, kind: str) -> str | None:
        """Id of `kind` at which a list goes on. Raise `NotFound` for one that cannot be."""
        if "after" not in self.query:
            return None
        check_ids({kind: self.query["after"]})
        return self.query["after"]


@dataclass(frozen=True, slots=True)
class Screen:
    """A method of a path of the console. `urgent` ones answer while the database is away, too."""

    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[PageRequest], Awaitable[web.Response]]
    urgent: bool = False


def redirect(path: str, **query: str) -> web.Response:
    """Answer a form with a redirection (303), so that a reload repeats nothing."""
    return web.Response(status=303, headers={"Location": f"{path}?{urlencode(query)}" if query else path})
