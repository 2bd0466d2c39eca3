"""The effect of each dialplan application on a channel."""
