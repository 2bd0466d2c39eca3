"""The database as one file: saved while others write, loaded where nothing is yet."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from dialer.adapters.sql.db.engine import BUSY_SECONDS, database_errors, parse_url
from dialer.domain.base.errors import Conflict, Unavailable


class DatabaseCopy:
    """`kind`: `sqlite` or `postgresql`; a file of the one is not for the other."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self.kind = self._url.get_backend_name()

    async def save(self, path: Path) -> None:
        """Save one instant of the database, while it is in use.

        Erased rows leave no trace in it. Raise `Unavailable`.
        """
        if self.kind == "sqlite":
            await asyncio.to_thread(_save_sqlite, self._url, path)
        else:
            await _run("pg_dump", ["--format=custom", "--no-owner", f"--file={path}"], self._url)

    async def load(self, path: Path) -> None:
        """Raise `Conflict` where something is stored already, `Unavailable`."""
        if self.kind == "sqlite":
            await asyncio.to_thread(_load_sqlite, self._url, path)
        else:
            await asyncio.to_thread(_demand_empty, self._url)
            words = ["--no-owner", "--exit-on-error", "--single-transaction", str(path)]
            await _run("pg_restore", words, self._url)


def _save_sqlite(url: sa.URL, path: Path) -> None:
    try:
        with closing(
            sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as source:
            source.execute("VACUUM INTO ?", (str(path),))
    except sqlite3.Error as error:
        raise Unavailable(
            f"the database cannot be saved: {error}", hint="check that it is there and has room"
        ) from None


def _load_sqlite(url: sa.URL, path: Path) -> None:
    target = Path(str(url.database))
    if target.exists():
        raise Conflict(f"{target} is there already", hint="restore into an empty home")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    target.chmod(0o600)


def _demand_empty(url: sa.URL) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with database_errors(), engine.connect() as connection:
        if sa.inspect(connection).get_table_names():
            raise Conflict("the database is not empty", hint="restore into a new one (createdb)")


async def _run(program: str, words: Sequence[str], url: sa.URL) -> None:
    """Pass the password in the environment: command lines can be read by every user."""
    found = shutil.which(program)
    if found is None:
        raise Unavailable(f"{program} is missing", hint="apt-get install postgresql-client")
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        *(found, f"--dbname={address}", *words),
        env=os.environ | password,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    if process.returncode:
        why = (
            errors.decode(errors="replace").strip().partition("\n")[0] or f"exit status {process.returncode}"
        )
        raise Unavailable(f"{program}: {why}", hint="check that the database runs and is reachable")
