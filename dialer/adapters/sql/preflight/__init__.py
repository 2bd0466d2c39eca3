"""Contacts grouped by the fields that rules read."""
