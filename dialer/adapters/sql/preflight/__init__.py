"""Contacts grouped by what rules read."""
