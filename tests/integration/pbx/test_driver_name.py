"""The name under which a process drives PBXs."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from dialer.adapters.home.driver_name import driver_name

HOLD = """
import sys, time
from pathlib import Path
from dialer.adapters.home.driver_name import driver_name
with driver_name(Path(sys.argv[1])) as name:
    print(name, flush=True)
    time.sleep(600)
"""


def test_a_process_that_was_killed_is_followed_under_the_same_name(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    with killed:
        name = killed.stdout.readline().strip()
        with driver_name(tmp_path) as beside:
            assert beside != name
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    with driver_name(tmp_path) as after:
        assert after == name


def test_two_processes_of_one_home_have_two_names(tmp_path: Path) -> None:
    with driver_name(tmp_path) as first, driver_name(tmp_path) as second, driver_name(tmp_path) as third:
        assert len({first, second, third}) == 3


def test_a_copy_of_a_home_has_a_name_of_its_own(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    with driver_name(home) as first:
        shutil.copytree(home, copy)
    with driver_name(copy) as second:
        assert first != second
