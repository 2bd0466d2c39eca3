"""Suppressions and external lists, as services need them."""
