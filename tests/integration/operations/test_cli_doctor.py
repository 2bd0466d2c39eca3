"""`dialer doctor` finds faults, says how to mend them, and changes nothing."""

import shutil
from datetime import timedelta

import pytest

from dialer.adapters.zone_data import zone_data_updated
from dialer.cli.operations.doctor import check_zones
from tests.integration.command import Command
from tests.integration.ledger_files import tamper


def findings(dialer: Command) -> dict[str, dict[str, str]]:
    ran = dialer("doctor", "--json")
    document = ran.json
    assert document["ok"] is all(finding["ok"] for finding in document["checks"])
    assert ran.status == (0 if document["ok"] else 1)
    return {finding["check"]: finding for finding in document["checks"] if not finding["ok"]}


def test_a_missing_home_is_made_by_init(bare: Command) -> None:
    before = findings(bare)
    assert "dialer init" in before["home"]["mend"]
    assert "dialer init" in before["database"]["mend"]
    assert not bare.home.exists()
    bare.must("init")
    assert findings(bare).keys().isdisjoint({"home", "key", "database", "rule packs"})


def test_a_key_that_others_may_read_is_wrong(dialer: Command) -> None:
    key = dialer.home / "keys" / "fingerprint.key"
    key.chmod(0o644)
    assert findings(dialer)["key"]["mend"] == f"chmod 600 {key}"


def test_a_damaged_key_is_wrong(dialer: Command) -> None:
    (dialer.home / "keys" / "fingerprint.key").write_text("00")
    assert "backup" in findings(dialer)["key"]["mend"]


def test_keys_that_are_not_the_databases_are_told_although_others_may_read_them(dialer: Command) -> None:
    dialer.must("suppressions", "count")
    key = dialer.home / "keys" / "fingerprint.key"
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    key.chmod(0o644)
    wrong = findings(dialer)
    assert wrong["key"]["mend"] == f"chmod 600 {key}"
    assert "not those of the database" in wrong["upkeep"]["detail"]


def test_wrong_settings_do_not_hide_the_rest(dialer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HOUSE", "/tmp")
    monkeypatch.setenv("PATH", "")
    wrong = findings(dialer)
    assert wrong["settings"]["detail"] == "unknown setting DIALER_HOUSE"
    assert wrong["sox"]["mend"] == "apt-get install sox"


def test_a_pbx_that_does_not_answer_is_wrong(dialer: Command) -> None:
    (dialer.home / "pbx1.secret").write_text("secret")
    (dialer.home / "pbx1.seal").write_text("seal")
    (dialer.home / "pbx1.line").write_text("A" * 22)
    for name in ("pbx1.secret", "pbx1.seal", "pbx1.line"):
        (dialer.home / name).chmod(0o600)
    with (dialer.home / "dialer.toml").open("a") as config:
        config.write('[[pbx]]\nname = "pbx1"\nami = "127.0.0.1:1"\nsecret_file = "pbx1.secret"\n')
    assert "127.0.0.1:1" in findings(dialer)["pbx pbx1"]["detail"]


def test_docker_is_not_needed_for_a_pbx_that_something_else_starts(
    dialer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dialer("pbx", "render", "--ami-port", "1025").status == 0
    monkeypatch.setenv("PATH", "")
    assert "docker" not in findings(dialer)


def test_a_configuration_that_is_as_it_should_be_is_left_alone(dialer: Command) -> None:
    """An Asterisk that starts anew at that moment would read half of it."""
    assert dialer("pbx", "render").status == 0
    manager = dialer.home / "pbx" / "pbx1" / "etc" / "manager.conf"
    first = manager.stat().st_ino, manager.read_text("ascii")
    assert dialer("pbx", "render").status == 0
    assert (manager.stat().st_ino, manager.read_text("ascii")) == first
    assert dialer("pbx", "render", "--ami-port", "5039").status == 0
    assert "port = 5039" in manager.read_text("ascii")


ELSEWHERE = 'host = "192.0.2.1:5060"'
ENDED = '[{ number = "+33162000001", mandate_ends_at = 2020-01-01T00:00:00Z }]'


@pytest.mark.parametrize(
    ("trunk", "complaint"),
    [
        (f'pbx = ["pbx1"]\n{ELSEWHERE}', "no caller_ids"),
        (f'pbx = ["pbx1"]\n{ELSEWHERE}\ncaller_ids = {ENDED}', "no caller_ids"),
        ('pbx = ["pbx9"]\nhost = "127.0.0.1:5080"', "not known: pbx9"),
    ],
)
def test_a_trunk_nobody_can_be_called_through_is_wrong(dialer: Command, trunk: str, complaint: str) -> None:
    pbx = '[[pbx]]\nname = "pbx1"\nami = "127.0.0.1:1"\nsecret_file = "s"\n'
    (dialer.home / "dialer.toml").write_text(f"{pbx}[[trunk]]\n{trunk}\n")
    assert complaint in findings(dialer)["trunk default"]["detail"]


def test_zone_data_of_more_than_twelve_months_is_wrong() -> None:
    updated = zone_data_updated()
    assert check_zones(updated + timedelta(days=366)).ok
    assert not check_zones(updated + timedelta(days=367)).ok


def test_a_ledger_whose_heads_cannot_be_kept_is_wrong(dialer: Command) -> None:
    assert "ledger" not in findings(dialer)
    shutil.rmtree(dialer.home / "heads")
    (dialer.home / "heads").write_text("no folder")
    detail = findings(dialer)["ledger"]["detail"]
    assert detail.startswith("the ledger is not writable: the heads of the ledger cannot be kept")


def test_personal_data_that_cannot_be_erased_is_wrong(bare: Command) -> None:
    """In real time: where it is pretended, nothing is erased by itself."""
    bare.must("init")
    shown = {check["check"]: check["detail"] for check in bare("doctor", "--json").json["checks"]}
    assert shown["retention"].startswith("no success yet, next run ")
    assert {"clock", "disk", "ledger"} < shown.keys()
    run = "INSERT INTO retention_runs (started_at, ended_at, contacts, consents, keys, error)"
    tamper(bare.home, f"{run} VALUES (1700000000000000, 1700000000000001, 0, 0, 0, 'disk full')")
    wrong = findings(bare)["retention"]
    assert "failing since 2023-11-14" in wrong["detail"]
    assert "dialer retention run" in wrong["mend"]
