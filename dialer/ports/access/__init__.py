"""Tokens, keys and sealed values, as services need them."""
