"""Retention, restores, outbox and the state of the machine, stored."""
