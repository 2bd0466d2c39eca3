"""A tamperer with a database client and every privilege, who changes stored values."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, LargeBinary, Table, create_engine, text
from sqlalchemy.types import TypeDecorator

from dialer.adapters.sql.db.engine import parse_url

CONSTRAINTS = """
    SELECT conrelid::regclass::text AS owner, conname FROM pg_constraint WHERE contype IN ('c', 'f')
    AND connamespace = 'public'::regnamespace
"""


class Tamperer:
    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        self._engine = create_engine(parsed.set(drivername="sqlite") if self._sqlite else parsed)
        if not self._sqlite:
            self._drop_constraints()

    def close(self) -> None:
        self._engine.dispose()

    def rows(self, table: Table) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())

    def key(self, table: Table, place: int) -> Any:
        """Primary key of the row at `place`."""
        name = table.primary_key.columns[0].name
        with self._engine.connect() as connection:
            listed = text(f"SELECT {name} FROM {table.name} ORDER BY {name}")
            return connection.execute(listed).scalars().all()[place]

    @contextmanager
    def changed(self, table: Table, column: Column[Any], key: Any) -> Iterator[None]:
        """Change one value until the block ends."""
        name = table.primary_key.columns[0].name
        with self._begin() as connection:
            before = connection.execute(
                text(f'SELECT "{column.name}" FROM {table.name} WHERE {name} = :key'), {"key": key}
            ).scalar_one()
            after = another(before, column)
            self._set(connection, table, column, {"value": after, "key": key})
        try:
            yield
        finally:
            with self._begin() as connection:
                now = after if column.name == name else key
                value = json.dumps(before) if isinstance(before, (list, dict)) else before
                self._set(connection, table, column, {"value": value, "key": now})

    def run(self, statement: str) -> None:
        with self._begin() as connection:
            connection.execute(text(statement))

    def _set(self, connection: Connection, table: Table, column: Column[Any], values: dict[str, Any]) -> None:
        name = table.primary_key.columns[0].name
        # PostgreSQL takes text for JSON only by an explicit cast.
        value = "CAST(:value AS json)" if is_json(column) and not self._sqlite else ":value"
        statement = f'UPDATE {table.name} SET "{column.name}" = {value} WHERE {name} = :key'
        connection.execute(text(statement), values)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            if self._sqlite:
                connection.execute(text("PRAGMA ignore_check_constraints = ON"))
            yield connection

    def _drop_constraints(self) -> None:
        with self._engine.begin() as connection:
            for owner, name in connection.execute(text(CONSTRAINTS)).all():
                connection.execute(text(f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"'))


def is_json(column: Column[Any]) -> bool:
    return isinstance(stored_as(column), JSON)


def stored_as(column: Column[Any]) -> Any:
    return column.type.impl if isinstance(column.type, TypeDecorator) else column.type


def another(value: Any, column: Column[Any]) -> Any:
    """The next value of the same kind, as far from `value` as a forger would go."""
    kind = stored_as(column)
    if is_json(column):
        told = json.loads(value) if isinstance(value, str) else value
        return json.dumps(altered(told) if told else ["x"])
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer):
        return 1 if value is None else value + 1
    if isinstance(kind, LargeBinary):
        return b"x" if not value else bytes(value[:-1]) + bytes([value[-1] ^ 1])
    if value and value.startswith("{"):
        return json.dumps(altered(json.loads(value)))
    return "x" if not value else value[:-1] + ("0" if value[-1] != "0" else "1")


def altered(told: Any) -> Any:
    """Change the first string or number, however deep it lies."""
    if isinstance(told, dict):
        name = next(iter(told))
        return told | {name: altered(told[name])}
    if isinstance(told, list):
        return [altered(told[0]), *told[1:]] if told else ["x"]
    return told + 1 if isinstance(told, int) else f"{told}x"
