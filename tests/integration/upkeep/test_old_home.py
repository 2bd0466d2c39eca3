"""A home that commit 7e6fce6 made and left (tests/samples/old_home).

Today's program upgrades it and finds everything in it.
"""

import asyncio
import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.clock import pretend
from dialer.adapters.sql.db.copies import DatabaseCopy
from tests.contract.engines import PostgresEngine
from tests.contract.postgres import postgres_server
from tests.integration.command import Command

SAMPLES = Path(__file__).parents[2] / "samples" / "old_home"
NOW = datetime.fromisoformat("2027-02-01T11:00:00+01:00")
"""Now: after its last call, on the same Monday."""
NOT_COMPARED = {"sha256", "in_force"}
"""Fields not compared: of a prompt's sound, which the samples leave out, and of a key.

A key's `in_force` stands in `state` since.
"""
NEW_OPPOSITION = "+33199000099"
databases = count(1)


@dataclass(frozen=True, slots=True)
class OldHome:
    """A home as it was left. `dialer` runs in it.

    `folder` also holds its backup and the old program's answers about it.
    """

    dialer: Command
    folder: Path

    def told(self, name: str) -> Any:
        return json.loads((self.folder / "expected" / f"{name}.json").read_text("utf-8"))

    def campaigns(self) -> list[str]:
        return [campaign["id"] for campaign in self.told("campaigns")["items"]]

    def wrong_checks(self) -> list[str]:
        """Numbers on whose opposition today's program differs from the old one."""
        return [
            number
            for number, told in self.told("checks").items()
            if differences(told, self.dialer.must("suppressions", "check", number))
        ]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresEngine]:
    with postgres_server() as folder:
        yield PostgresEngine(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def left(engine: str, bare: Command, tmp_path: Path) -> OldHome:
    """Home unpacked; on PostgreSQL its database is still a file."""
    with tarfile.open(SAMPLES / f"{engine}.tar.xz") as archive:
        archive.extractall(tmp_path / "old", filter="data")
    (tmp_path / "old" / "home").rename(bare.home)
    pretend(bare.home, NOW - datetime.now(UTC))
    return OldHome(bare, tmp_path / "old")


@pytest.fixture
def database(
    engine: str, bare: Command, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """URL of an empty database, which the commands use; on SQLite the home's own."""
    if engine == "sqlite":
        return ""
    url: str = request.getfixturevalue("server").empty(f"old_{next(databases)}")
    monkeypatch.setenv("DIALER_DATABASE_URL", url)
    return url


@pytest.fixture
def old(left: OldHome, database: str) -> OldHome:
    """Home as it was left: nothing is upgraded yet."""
    if database:
        asyncio.run(DatabaseCopy(database).load(left.dialer.home / "database"))
    return left


@pytest.fixture
def upgraded(old: OldHome) -> OldHome:
    old.dialer.must("db", "upgrade")
    return old


def differences(told: Any, found: Any, at: str = "") -> list[str]:
    """Places where `found` differs from `told`. More fields are no difference: views grew."""
    if isinstance(told, dict) and isinstance(found, dict):
        keys = told.keys() - NOT_COMPARED
        return [place for key in keys for place in differences(told[key], found.get(key), f"{at}.{key}")]
    if isinstance(told, list) and isinstance(found, list) and len(told) == len(found):
        return [
            place
            for index, (one, other) in enumerate(zip(told, found, strict=True))
            for place in differences(one, other, f"{at}[{index}]")
        ]
    return [] if told == found else [f"{at}: {told!r} is {found!r}"]


def test_nothing_is_done_before_the_upgrade(old: OldHome) -> None:
    assert "dialer db upgrade" in old.dialer("campaign", "list").complaint


def test_everything_is_as_it_was_told(upgraded: OldHome) -> None:
    dialer = upgraded.dialer
    first, *_ = campaigns = upgraded.campaigns()
    asked = {
        "campaigns": ("campaign", "list"),
        "calls": ("calls", "list", "--limit", "1000"),
        "probes": ("probe", "list", first),
        "count": ("suppressions", "count"),
        "lists": ("suppressions", "lists"),
        "keys": ("keys", "list"),
        "tokens": ("token", "list"),
        **{f"campaign-{campaign}": ("campaign", "show", campaign) for campaign in campaigns},
        **{f"progress-{campaign}": ("campaign", "progress", campaign) for campaign in campaigns},
    }
    wrong = {name: differences(upgraded.told(name), dialer.must(*words)) for name, words in asked.items()}
    assert {name: places for name, places in wrong.items() if places} == {}


def test_its_keys_find_every_opposition_by_number(upgraded: OldHome) -> None:
    assert any(told["suppressed"] for told in upgraded.told("checks").values())
    assert upgraded.wrong_checks() == []


def test_its_ledger_verifies(upgraded: OldHome) -> None:
    assert differences(upgraded.told("verify"), upgraded.dialer.must("ledger", "verify")) == []
    kept = sorted((upgraded.dialer.home / "heads").glob("*.jsonl"))
    assert len(kept) > 1
    for heads in kept:
        assert upgraded.dialer.must("ledger", "verify", "--head", str(heads))["verified"] is True


def test_every_decision_is_made_again_alike(upgraded: OldHome) -> None:
    told = upgraded.told("replay")
    assert (told["different"], told["erased"]) == (0, 1)
    assert told["same"] > len(told["rule_packs"])
    assert differences(told, upgraded.dialer.must("replay")) == []


def test_a_person_is_told_the_same(upgraded: OldHome) -> None:
    told = upgraded.told("subject")
    assert told["calls"]
    found = upgraded.dialer.must("subject", "export", told["phone_number"])
    assert differences(told, found) == []


def test_it_goes_on_with_new_oppositions_and_new_keys(upgraded: OldHome) -> None:
    dialer = upgraded.dialer
    dialer.must("suppressions", "add", NEW_OPPOSITION, "--channel", "letter")
    dialer.must("keys", "rotate", "--reason", "after the upgrade")
    assert dialer.must("suppressions", "check", NEW_OPPOSITION)["suppressed"] is True
    assert upgraded.wrong_checks() == []
    assert dialer.must("ledger", "verify")["verified"] is True


@pytest.mark.usefixtures("database")
def test_its_backup_is_restored_with_what_came_after(left: OldHome) -> None:
    dialer, survived = left.dialer, left.folder / "survived"
    survived.mkdir()
    for name in ("heads", "journal", "keys"):
        (dialer.home / name).rename(survived / name)
    shutil.rmtree(dialer.home)
    restored = dialer.must("restore", str(left.folder / "backup"), "--survived", str(survived))
    assert restored["oppositions"] > 0
    suppressed = {
        number for number in left.told("checks") if dialer.must("suppressions", "check", number)["suppressed"]
    }
    assert suppressed == {number for number, told in left.told("checks").items() if told["suppressed"]}
    verified = dialer.must("ledger", "verify")
    assert (verified["verified"], len(verified["gaps"])) == (True, 1)
    replayed = dialer.must("replay")
    assert replayed["checked"] == replayed["same"] + replayed["erased"] > 0
