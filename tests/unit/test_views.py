"""Every view describes itself: each field with a description and examples that hold."""

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from dialer import views
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, CampaignSection
from dialer.views.base import Listing, View, example_of


def kinds(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield every class below, the unnamed ones of generic lists left out."""
    for below in kind.__subclasses__():
        yield from kinds(below)
        if "[" not in below.__name__:
            yield below


for module in iter_modules(views.__path__, "dialer.views."):
    import_module(module.name)
BASES = {"Items", "Listing"}
VIEWS = sorted({view for view in kinds(View) if view.__name__ not in BASES}, key=lambda view: view.__name__)
FIELDS = [
    pytest.param(field, id=f"{kind.__name__}.{name}")
    for kind in (*VIEWS, *kinds(CampaignSection))
    for name, field in kind.model_fields.items()
]


def test_there_is_no_second_view_of_a_name() -> None:
    assert len({view.__name__ for view in VIEWS}) == len(VIEWS) > 50
    assert CampaignDefinition in set(kinds(CampaignSection))


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_says_what_it_holds(field: FieldInfo) -> None:
    assert field.description
    assert field.description.endswith(".")
    assert example_of(field) is not ...


@pytest.mark.parametrize("view", VIEWS)
def test_every_example_is_what_would_be_answered(view: type[View]) -> None:
    """Try each example of each field in an object made of the first ones."""
    whole = view.example()
    for name, field in view.model_fields.items():
        for example in field.examples or [whole[field.alias or name]]:
            document = whole | {field.alias or name: example}
            shown = view.model_validate_json(json.dumps(document), strict=True)
            written = json.loads(shown.model_dump_json())
            assert written == {key: value for key, value in document.items() if key in written}
            assert not (left_out := document.keys() - written.keys()) or {document[k] for k in left_out} == {
                None
            }


def test_a_list_says_where_it_goes_on() -> None:
    assert all("next_cursor" in view.model_fields for view in VIEWS if issubclass(view, Listing))
