"""People on lists, and what they agreed to."""
