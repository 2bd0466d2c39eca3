"""Oppositions: their sources and their entries."""
