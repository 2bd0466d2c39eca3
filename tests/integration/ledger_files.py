"""A tamperer at the ledger's files, with tools of their own."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.services.ledger.export import add_verifier


def tamper(home: Path, statement: str) -> None:
    """Change the database with a client, after taking the triggers away."""
    with closing(sqlite3.connect(home / "dialer.db")) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def judged_alone(*words: str) -> tuple[int, str]:
    """Run a copy of the verifier as exports hold it, with the standard library alone.

    Return its exit status and output.
    """
    with TemporaryDirectory() as folder:
        add_verifier(Path(folder))
        command = [sys.executable, "-I", "-S", f"{folder}/verify_ledger.py", *words]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout + ran.stderr
