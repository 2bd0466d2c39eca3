"""Grounds of a call: an opt-in, or what a pack accepts in its place (FC-08, FC-10)."""

from enum import StrEnum


class Basis(StrEnum):
    OPT_IN = "opt_in"
    CONTRACT = "contract"
    """A running contract and its subject: the call is about that alone, and ends with it."""
    REQUEST = "request"
    """A request to be called back about a subject: soon, about that alone."""
