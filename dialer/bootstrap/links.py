"""How far a command needs the PBXs."""

from enum import Enum


class Links(Enum):
    """How a command stands to the PBXs."""

    NONE = "it needs none"
    TRIED = "it tells those it can reach"
    DRIVEN = "it drives them: where all refuse our password, or run another dialplan, it does not start"
