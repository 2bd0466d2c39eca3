"""Decisions: made, kept, asked for and made again."""
