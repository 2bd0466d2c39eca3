"""A page's own terminal: its samples are saved and run in order, as they stand, in a shell."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.docs.samples import Sample
from tests.harness.patience import SOON_S

WRITTEN = "127.0.0.1:8080"
"""Where the pages say that the service listens; in a test it is where a port is free."""
STRICT = "set -euo pipefail\n"
TELLING = "trap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n"


def play(
    samples: Iterable[Sample], folder: Path, variables: Mapping[str, str], address: str = WRITTEN
) -> str:
    """Run all of a page in `folder`; what it printed. Fail with the first command that does."""
    script = [STRICT, TELLING, *(f"{name}={value}\n" for name, value in variables.items())]
    for sample in samples:
        if sample.file:
            script.append(f"cat > {sample.file} <<'END-OF-FILE'\n{sample.text}END-OF-FILE\n")
        elif sample.run:
            script.append(f"echo {sample.where} >&2\n{sample.text.replace(WRITTEN, address)}")
    ran = subprocess.run(
        ["bash"],
        input="".join(script),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    return ran.stdout


def environment() -> dict[str, str]:
    """A user's, with `dialer` and Python in the path; the home is `var`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`dialer serve` on the home in `folder`; its address, as `HOST:PORT`."""
    with (folder / "serve.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["dialer", "serve", "--port", "0"],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"listening on http://(\S+)", said)
        assert found, (folder / "serve.log").read_text("utf-8")[-2000:]
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SOON_S)
        if process.stdout:
            process.stdout.close()
