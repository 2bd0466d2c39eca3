"""The API for people to read.

One page made from the OpenAPI document. It loads nothing from elsewhere.
"""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("dialer.api", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
DOCS_CSS = _TEMPLATES.get_template("docs.css").render()


def docs_page(document: dict[str, Any]) -> str:
    return _TEMPLATES.get_template("docs.html").render(document=document)
