"""What each dialplan application does to a channel."""
