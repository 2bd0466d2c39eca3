"""What lets somebody be called: an opt-in, or what a pack takes in its place (FC-08, FC-10)."""

from enum import StrEnum


class Basis(StrEnum):
    OPT_IN = "opt_in"
    CONTRACT = "contract"
    """A running contract and what it is about: the call is about that alone, and ends with it."""
    REQUEST = "request"
    """Somebody asked to be called back about something: soon, about that alone."""
