"""The commands of a page run as written, in order, in a shell and a home of their own."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.contract.postgres import as_server_user
from tests.docs.samples import MANUAL, samples
from tests.docs.session import play, serving
from tests.harness.ports import free_port
from tests.integration.command import Command, import_list
from tests.samples.lists import CONSENT

pytestmark = pytest.mark.slow

PAGES = [page for page in sorted(MANUAL.glob("*.md")) if any(sample.run for sample in samples(page))]
AFTER_CALLS = {"evidence.md", "inspection.md"}
"""Pages on the records that exist once people were called."""
OPPOSED = "+33199009999"
"""Somebody objected before."""
WRITTEN = "127.0.0.1:8080"
"""The address on which the service listens, as the pages write it."""
NUMBERS = range(100, 104)
"""Numbers on the list of the campaign that the other pages speak of."""


@pytest.fixture
def folder(tmp_path: Path, bare: Command) -> Path:
    """Return the reader's folder: the home is `var` there."""
    place = tmp_path / "reader"
    place.mkdir()
    (place / "var").symlink_to(bare.home)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_samples_of_a_page_run_in_order(
    page: Path, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found = samples(page)
    variables = prepared(page.name, folder, tmp_path, request)
    before = "".join(f"{name}={value}\n" for name, value in variables.items())
    if any("curl" in sample.text for sample in found):
        with serving(folder) as address:
            play(found, folder, before, {WRITTEN: address})
    else:
        play(found, folder, before)


def prepared(page: str, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """Prepare the home that a page speaks of; return its variables."""
    if page not in AFTER_CALLS:
        campaign = request.getfixturevalue("campaign")
        dialer = request.getfixturevalue("dialer")
        import_list(dialer, campaign, tmp_path, *(f"+33199000{n},a{n},{CONSENT}" for n in NUMBERS))
        dialer.must("suppressions", "add", OPPOSED, "--channel", "letter")
        return {"CAMPAIGN": campaign}
    campaign = request.getfixturevalue("called")
    for name in ("dpia.pdf", "invoice.pdf"):
        (folder / name).write_bytes(b"%PDF-1.7\n")
    dialer = request.getfixturevalue("bare")
    first, *_ = dialer.must("calls", "list", "--campaign", campaign)["items"]
    return {"CAMPAIGN": campaign, "ATTEMPT": first["attempt_id"]}


@pytest.mark.slow
def test_pgbouncer_runs_with_the_settings_of_its_sample() -> None:
    (sample,) = (one for one in samples(MANUAL / "operations.md") if one.file == "pgbouncer.ini")
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    folder.chmod(0o755)
    port, users = free_port(socket.SOCK_STREAM), folder / "userlist.txt"
    users.write_text("", "ascii")
    text = sample.text.replace("6432", str(port)).replace("/etc/pgbouncer/userlist.txt", str(users))
    (folder / "pgbouncer.ini").write_text(text, "utf-8")
    command = as_server_user(["/usr/sbin/pgbouncer", "-q", str(folder / "pgbouncer.ini")])
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert answers(process, port)
    finally:
        process.kill()
        _, said = process.communicate()
        shutil.rmtree(folder)
    assert "WARNING" not in said


def answers(process: "subprocess.Popen[str]", port: int) -> bool:
    """Return whether a listener comes there before the process ends."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False
