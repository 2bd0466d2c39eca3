"""A page's own terminal: its samples are saved and run in order, as they stand, in a shell."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.docs.samples import Sample
from tests.harness.patience import SOON_S

STRICT = "set -euo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n"


def play(
    samples: Iterable[Sample], folder: Path, before: str = "", swaps: Mapping[str, str] | None = None
) -> str:
    """Run a whole page in `folder` and return its output. Fail with the first command that does.

    `before`: commands for the shell before the page's own. `swaps`: ports as the page writes them,
    each with one that is free in this test.
    """
    script = [STRICT, before]
    for sample in samples:
        if sample.file:
            script.append(f"cat > {sample.file} <<'END-OF-FILE'\n{sample.text}END-OF-FILE\n")
        elif sample.run:
            script.append(f"echo {sample.where} >&2\n{_swapped(sample.text, swaps or {})}")
    shell = subprocess.Popen(
        ["bash", "-c", "".join(script)],
        start_new_session=True,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        out, err = shell.communicate()
    finally:
        # A process that a page leaves running ends with it.
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, f"{out[-2000:]}\n{err[-2000:]}"
    return out


def _swapped(text: str, swaps: Mapping[str, str]) -> str:
    for written, free in swaps.items():
        text = text.replace(written, free)
    return text


def environment() -> dict[str, str]:
    """Return a user's environment, with `dialer` and Python in the path; the home is `var`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run `dialer serve` on the home in `folder`; yield its address, as `HOST:PORT`."""
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
