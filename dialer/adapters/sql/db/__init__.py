"""Connections, dialects and migrations, on SQLite and PostgreSQL."""
