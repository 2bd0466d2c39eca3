"""Pages from templates: everything is escaped, and nothing comes from elsewhere."""

from collections.abc import Mapping
from functools import partial
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from dialer.console.words import LANGUAGES, NAMES, say, say_code
from dialer.domain.access.roles import Right
from dialer.views.base import View

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
