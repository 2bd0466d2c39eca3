"""Oppositions at the command line."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.harness.patience import SOON_S
from tests.integration.command import Command


def test_an_opposition_is_found_under_every_spelling(dialer: Command) -> None:
    stored = dialer.must(
        "suppressions", "add", "01 99 00 00 01", "--channel", "letter", "--sponsor", "liste-demo"
    )
    assert stored == {"recorded": 1, "warnings": [], "told": [], "not_told": {}}
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


BROKEN = """\
[[pbx]]
name = "pbx1"
ami = "127.0.0.1:1"
secret_file = "nowhere.secret"
[[webhook]]
url = "https://example.org/told"
secret_file = "nowhere.key"
"""


@pytest.fixture
def broken(dialer: Command) -> Command:
    """Home whose PBX secret, webhook secret and own rule pack cannot be read."""
    (dialer.home / "dialer.toml").write_text(BROKEN, encoding="utf-8")
    (dialer.home / "rulepacks").mkdir(exist_ok=True)
    (dialer.home / "rulepacks" / "own.toml").write_text("broken = [", encoding="utf-8")
    return dialer


def test_an_opposition_is_stored_beside_broken_parts_and_names_the_pbx_not_told(
    broken: Command, tmp_path: Path
) -> None:
    file = tmp_path / "oppositions.csv"
    file.write_text("phone_number;channel\n+33199000002;phone\n", "utf-8")
    for words in (
        ("suppressions", "add", "0199000001", "--channel", "phone"),
        ("suppressions", "import", str(file)),
        ("consents", "withdraw", "0199000003", "--channel", "email"),
    ):
        ran = broken(*words)
        assert (words, ran.status) == (words, 0), ran.err
        assert "recorded, but PBX pbx1 was not told" in ran.err
        assert "nowhere.secret cannot be read" in ran.err
    (broken.home / "dialer.toml").unlink()
    (broken.home / "rulepacks" / "own.toml").unlink()
    for number in ("0199000001", "0199000002"):
        assert broken.must("suppressions", "check", number)["suppressed"] is True
    with closing(sqlite3.connect(broken.home / "dialer.db")) as database:
        withdrawn = "SELECT count(*) FROM ledger_entries WHERE kind = 'consent.withdraw'"
        assert database.execute(withdrawn).fetchone() == (1,)


def test_a_pbx_whose_secret_is_missing_is_told_by_the_halt_as_one_not_reached(broken: Command) -> None:
    (broken.home / "rulepacks" / "own.toml").unlink()
    ran = broken("halt")
    assert ran.status == 1
    assert "not reached: pbx1" in ran.out


class SilentPbx:
    """A TCP server that takes a connection and is silent for long.

    It answers once the question `awaited` finds `rows` in the database. `patient`: that was so
    before the other end gave up.
    """

    def __init__(self, database: Path, awaited: str, rows: int) -> None:
        self._question = (database, awaited, rows)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.patient = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join(SOON_S)
            self._listening.close()
            assert not thread.is_alive(), "nobody connected"

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            connection.settimeout(0.05)
            given_up = False
            while not (self.patient or given_up):
                given_up = _closed(connection)
                self.patient = self._stored()

    def _stored(self) -> bool:
        path, awaited, rows = self._question
        with closing(sqlite3.connect(path)) as database:
            (found,) = database.execute(awaited).fetchone()
        return bool(found >= rows)


def _closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


OPPOSITIONS = "SELECT count(*) FROM suppressions"
WITHDRAWALS = "SELECT count(*) FROM ledger_entries WHERE kind = 'consent.withdraw'"
MORE_THAN_A_BATCH = 600
ADDED = ("suppressions", "add", "0199000001", "--channel", "phone")
IMPORTED = ("suppressions", "import", "FILE")
WITHDRAWN = ("consents", "withdraw", "0199000001", "--channel", "email")


@pytest.mark.parametrize(
    ("words", "awaited", "rows"),
    [(ADDED, OPPOSITIONS, 1), (IMPORTED, OPPOSITIONS, MORE_THAN_A_BATCH), (WITHDRAWN, WITHDRAWALS, 1)],
    ids=["add", "import", "withdraw"],
)
def test_oppositions_and_withdrawals_are_stored_while_a_pbx_is_silent(
    dialer: Command, tmp_path: Path, words: tuple[str, ...], awaited: str, rows: int
) -> None:
    file = tmp_path / "oppositions.csv"
    numbers = (f"+331990{index:05}" for index in range(MORE_THAN_A_BATCH))
    file.write_text("phone_number\n" + "\n".join(numbers), "utf-8")
    pbx = SilentPbx(dialer.home / "dialer.db", awaited, rows)
    (dialer.home / "some.secret").write_text("0" * 32, "ascii")
    (dialer.home / "dialer.toml").write_text(
        f"""[[pbx]]
name = "pbx1"
ami = "127.0.0.1:{pbx.port}"
secret_file = "some.secret"
seal_file = "some.secret"
line_file = "some.secret"
""",
        encoding="utf-8",
    )
    with pbx.listening():
        ran = dialer(*(str(file) if word == "FILE" else word for word in words))
    assert (ran.status, pbx.patient) == (0, True), ran.err
    told_of_it = words != WITHDRAWN  # a withdrawal is the database's alone: no call is ringing
    assert ("recorded, but PBX pbx1 was not told" in ran.err) is told_of_it
