"""Oppositions at the command line."""

from pathlib import Path

from tests.integration.command import Command


def test_an_opposition_is_found_under_every_spelling(dialer: Command) -> None:
    stored = dialer.must(
        "suppressions", "add", "01 99 00 00 01", "--channel", "letter", "--sponsor", "liste-demo"
    )
    assert stored == {"recorded": 1, "warnings": []}
    found = dialer.must("suppressions", "check", "+33199000001")
    assert found["suppressed"] is True
    assert [entry["sponsor"] for entry in found["suppressions"]] == ["liste-demo"]
    assert dialer.must("suppressions", "count") == {"count": 1}


def test_an_opposition_of_an_unreadable_date_is_stored_with_a_warning(dialer: Command) -> None:
    stored = dialer.must("suppressions", "add", "0199000001", "--channel", "email", "--received-at", "hier")
    assert (stored["recorded"], len(stored["warnings"])) == (1, 1)


def test_an_opposition_without_a_digit_is_refused(dialer: Command) -> None:
    ran = dialer("suppressions", "add", "nobody", "--channel", "phone")
    assert (ran.status, "holds no digits" in ran.complaint) == (1, True)


def test_an_opposition_is_lifted_only_with_a_reason(dialer: Command) -> None:
    dialer.must("suppressions", "add", "0199000001", "--channel", "phone")
    assert dialer("suppressions", "remove", "0199000001").status == 2
    assert dialer("suppressions", "remove", "0199000001", "--reason", " ").status == 1
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True
    assert dialer.must("suppressions", "remove", "0199000001", "--reason", "asked for it by letter") == {
        "removed": 1
    }
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is False
    assert dialer("suppressions", "remove", "0199000001", "--reason", "again").status == 1


def test_oppositions_from_a_file_are_kept_whatever_their_spelling(dialer: Command, tmp_path: Path) -> None:
    file = tmp_path / "oppositions.csv"
    file.write_text(
        "phone_number;channel;received_at\n+33199000001;phone;2026-10-01T10:00:00Z\nnobody;phone;\n199000002;x;y\n",
        "utf-8",
    )
    report = dialer.must("suppressions", "import", str(file))
    assert (report["rows"], report["imported"], report["rejected_count"]) == (3, 2, 1)
    assert dialer.must("suppressions", "check", "0199000002")["suppressed"] is True
