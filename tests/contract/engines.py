"""The two engines of the contract: a migrated original, and a fresh copy of it for each test."""

import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Protocol

from tests.contract.postgres import BINARIES
from tests.harness.patience import SOON_S


class Engine(Protocol):
    @property
    def original(self) -> str:
        """URL of the database that copies are made of."""
        ...

    def copy(self, name: str) -> str: ...

    def empty(self, name: str) -> str: ...

    def dump(self, url: str) -> dict[str, str]:
        """Dump every stored value, as text, by table."""
        ...


class SqliteEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.original = self.empty("original")

    def empty(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def copy(self, name: str) -> str:
        shutil.copy(self._folder / "original.db", self._folder / f"{name}.db")
        return self.empty(name)

    def dump(self, url: str) -> dict[str, str]:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            return {name: str(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in names}
        finally:
            connection.close()


class PostgresEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.original = self.empty("original")

    def empty(self, name: str) -> str:
        self._psql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def copy(self, name: str) -> str:
        self._psql("postgres", f"CREATE DATABASE {name} TEMPLATE original")
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def dump(self, url: str) -> dict[str, str]:
        database = url.removeprefix("postgresql://postgres@/").partition("?")[0]
        names = self._psql(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'").split()
        return {name: self._psql(database, f'SELECT * FROM "{name}"') for name in names}

    def _psql(self, database: str, statement: str) -> str:
        command = [str(BINARIES / "psql"), "-XAtq", "-h", str(self._folder), "-U", "postgres", "-d", database]
        return subprocess.run(
            [*command, "-c", statement], check=True, capture_output=True, text=True, timeout=SOON_S
        ).stdout
