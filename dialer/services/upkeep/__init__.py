"""Retention, backups, restoring and notifications."""
