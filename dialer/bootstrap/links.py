"""Kinds of a command's need for the PBXs."""

from enum import Enum


class Links(Enum):
    """A command's need for the PBXs."""

    NONE = "it needs none"
    TRIED = "it tells those it can reach"
    DRIVEN = "it drives them: where all refuse our password, or run another dialplan, it does not start"
