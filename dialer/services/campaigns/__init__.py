"""A campaign's life, its script and its progress."""
