"""Consents and their proofs, stored."""
