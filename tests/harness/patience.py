"""How long a test waits for what must come: no test is to fail because the machine is busy, and none is to hang for ever."""

SOON_S = 60
"""Seconds, for what comes at once where nothing else runs."""
