"""Somebody at the ledger's files with tools of their own."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from dialer.services.evidence import verify_ledger


def tamper(home: Path, statement: str) -> None:
    """With a database client, after taking the triggers away."""
    with closing(sqlite3.connect(home / "dialer.db")) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def judged_alone(*words: str) -> tuple[int, str]:
    """By a copy of the verifier, with Python's standard library alone: exit status and what it prints."""
    command = [sys.executable, "-I", "-S", verify_ledger.__file__, *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout + ran.stderr
