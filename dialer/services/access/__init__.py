"""Tokens, sessions, and the keys of the fingerprints."""
