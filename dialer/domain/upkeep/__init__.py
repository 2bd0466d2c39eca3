"""Retention, backups and notifications."""
