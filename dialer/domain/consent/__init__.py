"""People on lists, and their consents."""
