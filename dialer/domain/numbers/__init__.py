"""Telephone numbers: their spellings, their kinds and their places."""
