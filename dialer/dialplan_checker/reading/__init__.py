"""From the text of a dialplan to its model."""
