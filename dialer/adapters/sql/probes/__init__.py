"""Probes, stored."""
