"""Decisions, stored."""
