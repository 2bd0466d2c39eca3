"""Pages of the console: the request of a person logged in, the words and the templates.

Words come from the folder `words`, one file a language. In templates everything is escaped, and no
page loads anything from elsewhere.
"""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Literal
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from dialer.api.http.parsing import check_ids
from dialer.domain.access import Actor, Right
from dialer.services.operations.suite import Services
from dialer.views.base import View

LANGUAGES = ("fr", "en")
NAMES = {"fr": "Français", "en": "English"}
FALLBACK = "en"


@cache
def words(language: str) -> Mapping[str, str]:
    """Read all texts of a language by their dotted key."""
    text = files("dialer.console").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{table}.{key}": value
        for table, entries in tomllib.loads(text).items()
        for key, value in entries.items()
    }


def say(language: str, key: str, **values: object) -> str:
    """Return a text. Raise `KeyError` for a key that no file has: a test looks for those."""
    return words(language)[key].format(**values)


def say_code(language: str, table: str, code: str) -> str:
    """Return a code in words, or the code itself where it has none."""
    return words(language).get(f"{table}.{code}", code)


def chosen(cookie: str | None, accepted: str) -> str:
    """Choose the language: the cookie's, or the first of `Accept-Language` that the console speaks.

    The header is that of RFC 9110, 12.5.4.
    """
    if cookie in LANGUAGES:
        return cookie
    ranked = sorted((weighed(part) for part in accepted.split(",")), key=lambda pair: -pair[0])
    return next((tag for weight, tag in ranked if weight > 0 and tag in LANGUAGES), FALLBACK)


def weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";q=")
    try:
        return float(weight or 1), tag.strip().lower()[:2]
    except ValueError:
        return 0.0, ""


_TEMPLATES = Environment(
    loader=PackageLoader("dialer.console", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(Right=Right, languages=[(code, NAMES[code]) for code in LANGUAGES])
ASSETS = {"console.css": "text/css", "console.js": "text/javascript", "console.svg": "image/svg+xml"}


def render(template: str, language: str, values: Mapping[str, object], *, status: int = 200) -> web.Response:
    """Render an HTML page. Every page has `say`, `code` and `language` beside `values`.

    Views are given to the template as their JSON documents, so that instants read as everywhere
    else.
    """
    text = _TEMPLATES.get_template(template).render(
        language=language, say=partial(say, language), code=partial(say_code, language), **_documents(values)
    )
    return web.Response(
        text=text, content_type="text/html", status=status, headers={"Content-Language": language}
    )


def _documents(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _document(value) for name, value in values.items()}


def _document(value: object) -> object:
    if isinstance(value, list):
        return [_document(item) for item in value]
    return value.document() if isinstance(value, View) else value


def asset(name: str) -> web.Response:
    text = files("dialer.console").joinpath("assets", name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=ASSETS[name])


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
