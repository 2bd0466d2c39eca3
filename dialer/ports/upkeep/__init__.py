"""Backups, restores, retention and notifications, as services need them."""
