"""Attempts, claims and trunks, stored."""
