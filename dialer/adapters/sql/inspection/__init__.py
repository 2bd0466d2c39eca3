"""Reads for inspectors, and for callees about themselves."""
