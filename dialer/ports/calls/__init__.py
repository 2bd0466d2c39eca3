"""Attempts and trunks, as services need them."""
