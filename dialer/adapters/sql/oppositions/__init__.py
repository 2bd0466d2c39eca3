"""Suppressions and external lists, stored."""
