"""Files of the home."""
