"""The fingerprint keys at the command line."""

import stat

from tests.integration.command import Command


def test_oppositions_are_found_after_each_change_of_keys(dialer: Command) -> None:
    dialer.must("suppressions", "add", "01 99 00 00 01", "--channel", "letter")
    for version in (2, 3):
        rotated = dialer.must("keys", "rotate", "--reason", "routine")
        assert rotated.pop("seconds") >= 0
        assert rotated == {"version": version, "numbers": 1}
        assert dialer.must("suppressions", "check", "+33199000001")["suppressed"] is True
        assert dialer.must("suppressions", "check", "0199000002")["suppressed"] is False
    assert dialer.must("suppressions", "count") == {"count": 1}
    assert dialer.must("ledger", "verify")["verified"] is True


def test_the_versions_are_listed_with_who_made_them_and_why(dialer: Command) -> None:
    dialer.must("keys", "rotate", "--reason", "a laptop was stolen")
    first, second = dialer.must("keys", "list")["items"]
    assert (first["version"], first["state"]) == (1, "replaced")
    assert (second["version"], second["by"], second["reason"], second["state"]) == (
        *(2, "local administrator", "a laptop was stolen", "in_force"),
    )
    assert first["mark"] != second["mark"]


def test_a_key_is_its_owners_alone_and_the_change_is_in_the_ledger(dialer: Command) -> None:
    dialer.must("keys", "rotate", "--reason", "routine")
    key = dialer.home / "keys" / "fingerprint-2.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert dialer.must("ledger", "verify")["verified"] is True
    key.chmod(0o644)
    checks = dialer("doctor", "--json").json["checks"]
    assert [check["detail"] for check in checks if check["check"] == "key" and not check["ok"]] == [
        f"others may read {key} (mode 644)"
    ]


def test_a_change_without_a_reason_is_refused(dialer: Command) -> None:
    assert "needs a reason" in dialer("keys", "rotate").complaint
    assert len(dialer.must("keys", "list")["items"]) == 1


def test_a_home_that_lost_a_key_opens_nothing_and_says_which(dialer: Command) -> None:
    dialer.must("keys", "rotate", "--reason", "routine")
    (dialer.home / "keys" / "fingerprint-2.key").rename(dialer.home / "elsewhere")
    ran = dialer("suppressions", "check", "0199000001")
    assert (ran.status, "lacks version 2 of the fingerprint keys" in ran.complaint) == (2, True)


def test_a_key_that_was_made_for_a_change_that_never_came_to_be_is_taken_by_the_next(dialer: Command) -> None:
    dialer.must("suppressions", "add", "0199000001", "--channel", "letter")
    spare = dialer.home / "keys" / "fingerprint-2.key"
    spare.write_text("ab" * 32 + "\n", encoding="ascii")
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True
    assert dialer.must("keys", "rotate", "--reason", "routine")["version"] == 2
    assert spare.read_text(encoding="ascii") == "ab" * 32 + "\n"
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True
