"""The Dockerised Asterisk: its configuration, its container, and its health."""
