"""The time limit of a test's waits.

No test is to fail because the machine is busy, and none is to hang for ever.
"""

SOON_S = 60
"""Seconds, for events that come at once where nothing else runs."""
