"""Alembic's tree: one line of versions for both engines."""
