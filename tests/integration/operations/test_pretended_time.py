"""A home's pretended time binds every command and the service alike.

It ends where a trunk leads to real people.
"""

import asyncio
import json
import os
import socket
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialer.adapters import zone_data
from dialer.domain.base.instant import parse_instant
from tests.harness.dates import AT_FIRST
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.integration.command import LOOPBACK, Command

NUMBER = "+33199000001"
MORNING = "2027-02-01T10:30:00+01:00"
OUTSIDE = LOOPBACK.replace("127.0.0.1:5080", "sip.example:5060")


def last_opposition(home: Path) -> tuple[datetime, bool]:
    """Time of the last opposition, and whether the ledger says that it was pretended."""
    with closing(sqlite3.connect(home / "dialer.db")) as connection:
        rows = connection.execute("SELECT text FROM ledger_entries ORDER BY position").fetchall()
    said = [json.loads(text) for (text,) in rows]
    entry = [entry for entry in said if entry["kind"] == "suppression.add"][-1]
    return parse_instant(entry["at"]), entry["pretended"]


def is_about(at: datetime, expected: datetime) -> bool:
    """Return True within an hour: nothing here takes one, and the times are months apart."""
    return abs(at - expected) < timedelta(hours=1)


def oppose(dialer: Command) -> tuple[datetime, bool]:
    dialer.must("suppressions", "add", NUMBER, "--channel", "letter")
    return last_opposition(dialer.home)


def test_a_home_made_in_pretended_time_stays_in_it(dialer: Command) -> None:
    at, pretended = oppose(dialer)
    assert pretended
    assert is_about(at, AT_FIRST)


@pytest.mark.parametrize("spoilt", ["", "in a while", "1e400", "nan"])
def test_a_home_whose_pretended_time_cannot_be_read_lives_in_real_time(dialer: Command, spoilt: str) -> None:
    (dialer.home / "pretended").write_text(spoilt)
    at, pretended = oppose(dialer)
    assert not pretended
    assert is_about(at, datetime.now(UTC))


def test_whoever_can_reach_real_people_lives_in_real_time(dialer: Command) -> None:
    """The age of this installation's time zone data does not matter here: it is checked first."""
    (dialer.home / "dialer.toml").write_text(OUTSIDE)
    dialer.monkeypatch.setattr(zone_data, "OLDEST", timedelta.max)
    at, pretended = oppose(dialer)
    assert not pretended
    assert is_about(at, datetime.now(UTC))
    assert "this home pretends another time" in dialer("serve").complaint
    assert "for loopback trunks only" in dialer("serve", "--pretend-now", MORNING).complaint


async def serve_once(environment: dict[str, str]) -> None:
    """Serve from the first line of output to the end."""
    port = str(free_port(socket.SOCK_STREAM))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "serve", "--port", port, "--pretend-now", MORNING),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert b"listening on" in await asyncio.wait_for(process.stdout.readline(), SOON_S)
    process.terminate()
    await asyncio.wait_for(process.wait(), SOON_S)


def test_what_the_service_pretends_every_command_pretends(bare: Command) -> None:
    bare.must("init")
    (bare.home / "dialer.toml").write_text(LOOPBACK)
    asyncio.run(serve_once(dict(os.environ)))
    at, pretended = oppose(bare)
    assert pretended
    assert is_about(at, parse_instant(MORNING))
    (bare.home / "pretended").unlink()
    at, pretended = oppose(bare)
    assert not pretended
    assert is_about(at, datetime.now(UTC))
