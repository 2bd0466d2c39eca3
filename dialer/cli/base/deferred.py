"""Commands that are imported when they are called.

A halt does not wait for modules that only an import of contacts needs.
"""

from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


class Deferred(TyperCommand):
    """A command by its place: a module of `dialer.cli`, and in it a function or a Typer."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._place = place

    @cached_property
    def whole(self) -> TyperCommand | TyperGroup:
        module, _, name = self._place.partition(":")
        found = getattr(import_module(f"dialer.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            made: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(self.name)(found)
            made = get_command(alone)
        made.name = self.name
        return made  # type: ignore[no-any-return]

    def make_context(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401  -- the library's own are private
        """Make the context of the command itself, which goes on from there."""
        import_module("dialer.cli.base.logs").log_errors_only()
        return self.whole.make_context(*args, **named)
