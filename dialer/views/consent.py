"""Consents: recorded, withdrawn, restored."""

from typing import Annotated

from dialer.views.base import View, about
from dialer.views.suppression import NotTold, Told, Warnings


class ConsentsRecordedView(View):
    """Consents that were stored."""

    recorded: Annotated[int, about("How many were stored.", 2)]


class WithdrawnView(View):
    """A withdrawal that was stored."""

    warnings: Warnings


class WithdrawnHereView(View):
    """A withdrawal that was stored, and the PBXs that hold it. At the command line."""

    withdrawn: Annotated[bool, about("Always true.", True)]
    warnings: Warnings
    told: Told
    not_told: NotTold


class ConsentsRestoredView(View):
    """Consents whose end by a trunk's fault was undone."""

    restored: Annotated[int, about("Of how many numbers.", 40)]
