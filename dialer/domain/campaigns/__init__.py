"""A campaign: its file, its life and its script."""
