"""Reads for inspectors and for people who ask about themselves, as services need them."""
