"""A PostgreSQL server for one test session: private directory, unix socket only, gone when the session is."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import chown, rmtree

from tests.harness.patience import SOON_S

BINARIES = Path("/usr/lib/postgresql/15/bin")
SETTINGS = (
    "-clisten_addresses=",
    "-cfsync=off",
    "-csynchronous_commit=off",
    "-cfull_page_writes=off",
    "-cmax_connections=200",
)


@contextmanager
def postgres_server() -> Iterator[Path]:
    """Give the folder of the socket; every local connection is trusted, as user `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-pg-"))
    try:
        if os.getuid() == 0:
            chown(folder, "postgres", "postgres")
        init = [
            *(str(BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ]
        subprocess.run(as_server_user(init), check=True, capture_output=True, cwd=folder)
        yield from _running(folder)
    finally:
        rmtree(folder)


def _running(folder: Path) -> Iterator[Path]:
    command = [str(BINARIES / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *SETTINGS]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(as_server_user(command), stdout=log, stderr=log, cwd=folder)
    try:
        _await_ready(server, folder)
        yield folder
    finally:
        server.send_signal(signal.SIGINT)  # does not wait for who is connected
        try:
            server.wait(timeout=SOON_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await_ready(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError((folder / "server.log").read_text())
        probe = [str(BINARIES / "pg_isready"), "-q", "-h", str(folder)]
        if subprocess.run(probe, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'server.log').read_text()}")


def as_server_user(command: list[str]) -> list[str]:
    """The server refuses to be root; SIGQUIT stops it at once should the tests die first."""
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=QUIT", *command]
