"""Tokens and keys, stored."""
