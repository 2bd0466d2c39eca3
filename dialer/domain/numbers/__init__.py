"""Telephone numbers: how they are written, what they are, and where."""
