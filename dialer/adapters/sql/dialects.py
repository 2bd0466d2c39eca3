"""The one statement whose spelling differs between the engines beyond what SQLAlchemy Core hides."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: AsyncConnection, table: Table) -> Insert:
    """INSERT that passes over rows a unique index refuses; `returning` then gives those that went in."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
