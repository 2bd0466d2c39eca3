"""Who must not be called again, and how they say so."""
