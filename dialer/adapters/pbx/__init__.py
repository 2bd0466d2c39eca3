"""The Dockerised Asterisk: its configuration, its container, and whether it is well."""
