"""Leases and halts of the PBXs, stored."""
