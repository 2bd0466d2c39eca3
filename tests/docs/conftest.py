"""Homes for the samples of the manual: the command line's own."""

from tests.integration.conftest import bare, called, campaign, dialer, shelf

__all__ = ["bare", "called", "campaign", "dialer", "shelf"]
