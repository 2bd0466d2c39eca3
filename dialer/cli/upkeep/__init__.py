"""Commands about backups, retention, keys and the database."""
