"""The base of every view: frozen, described, written as JSON."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, Generic, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.fields import FieldInfo

T = TypeVar("T")

DATE_TIME = {"type": "string", "format": "date-time"}
AT = "2027-02-01T09:00:00.000+00:00"
"""The instant of every example."""
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""The hash of every example."""
CAMPAIGN_ID = "c3f2a9d01b7e4"
IMPORT_ID = "i7c41e02d9a55"
ATTEMPT_ID = "5b1c9e3a7f204d6880e1c2b3a4d5f607"
NUMBER = "+33199000001"
"""A number kept for fiction by the national numbering plan."""
OWN_NUMBER = "+33162000001"


def instant_text(at: datetime) -> str:
    """Return the instant in RFC 3339: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


Instant = Annotated[
    datetime, PlainSerializer(instant_text, return_type=str, when_used="json"), WithJsonSchema(DATE_TIME)
]
InstantText = Annotated[str, WithJsonSchema(DATE_TIME)]
"""An instant that is kept to the byte, because it was signed in that form."""


def about(
    description: str,
    *examples: object,
    alias: str | None = None,
    exclude_if: Callable[[Any], bool] | None = None,
) -> object:
    """Describe a field, as metadata of its type: one sentence with its unit, and JSON examples.

    Fields made of views need none: they show those of the views.
    """
    return Field(description=description, examples=list(examples) or None, alias=alias, exclude_if=exclude_if)


class View(BaseModel):
    """A JSON object that the program answers. Each field has a description and an example."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)

    def document(self) -> dict[str, Any]:
        """Return the object as JSON values, in the order of the fields."""
        return self.model_dump(mode="json")

    @classmethod
    def mirror(cls, source: object) -> Self:
        """Take every field from the attribute of its name, nested views too."""
        return cls.model_validate(source, from_attributes=True)

    @classmethod
    def example(cls) -> dict[str, Any]:
        """Return a whole object, made of the examples of the fields."""
        return _example_of_model(cls)


class Items(View, Generic[T]):
    """A list that is shown whole."""

    items: Annotated[tuple[T, ...], about("The entries, in order.")]


class Listing(Items[T]):
    """A list that continues at a cursor."""

    next_cursor: Annotated[
        str | None,
        about("The `cursor` of the next page; null at the end of the list.", "YzNmMmE5ZDAxYjdlNA=="),
    ]

    @classmethod
    def whole(cls, items: Iterable[T]) -> Self:
        """Make a list that ends here."""
        return cls(items=tuple(items), next_cursor=None)


def example_of(field: FieldInfo) -> object:
    """Return the first example of a field, or that of the model it holds.

    Raise `TypeError` where there is none.
    """
    return field.examples[0] if field.examples else _example(field.annotation)


def _example_of_model(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: example_of(field) for name, field in model.model_fields.items()}


def _example(kind: object) -> object:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _example_of_model(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return [_example(arguments[0])]
    if origin in (Union, UnionType, Annotated):
        return _example(arguments[0])
    raise TypeError(f"no example of {kind!r}")
