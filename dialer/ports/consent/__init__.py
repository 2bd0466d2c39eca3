"""Consents and their proofs, as services need them."""
