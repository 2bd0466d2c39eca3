"""A PostgreSQL server for one test session, gone when the session is.

It has a private directory, and listens on a unix socket only.
"""

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
    """Give the folder of the socket. Every local connection is trusted, as user `postgres`."""
    with PostgresServer.made() as server:
        yield server.folder


class PostgresServer:
    """A server. `folder` holds the socket, the log and the data.

    The data may be put back to an earlier state.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def made(cls) -> "Iterator[PostgresServer]":
        """Make a server, initialised and running."""
        folder = Path(tempfile.mkdtemp(prefix="dialer-pg-"))
        server = cls(folder)
        try:
            if os.getuid() == 0:
                chown(folder, "postgres", "postgres")
            init = [
                *(str(BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
                *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
            ]
            subprocess.run(as_server_user(init), check=True, capture_output=True, cwd=folder)
            server.start()
            yield server
        finally:
            server.stop()
            rmtree(folder)

    def start(self) -> None:
        command = [
            *(str(BINARIES / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)),
            *SETTINGS,
        ]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(as_server_user(command), stdout=log, stderr=log, cwd=self.folder)
        _await_ready(self._process, self.folder)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server by a signal.

        SIGINT does not wait for connected clients (fast shutdown).
        """
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=SOON_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def keep_a_copy(self) -> None:
        """Copy the data as it is now. The server runs again afterwards."""
        self.stop()
        subprocess.run(["cp", "-a", self.folder / "data", self.folder / "old"], check=True)
        self.start()

    def fall_back(self) -> None:
        """Bring back the data of the copy, as a replica does that had not received the rest."""
        self.stop(signal.SIGQUIT)
        rmtree(self.folder / "data")
        (self.folder / "old").rename(self.folder / "data")
        self.start()


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
    """Run as another user: the server refuses to be root.

    SIGQUIT stops it if the tests die first.
    """
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=QUIT", *command]
