"""A test that fails beside a container of ours that crashed says so in its report."""

import subprocess
import time
from collections.abc import Generator

import pytest

SIGNALS = ("134", "135", "139")
"""SIGABRT, SIGBUS and SIGSEGV, as Docker reports them.

A container that we end, or kill, ends with another status.
"""
BEGAN = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[BEGAN] = int(time.time())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and (crashed := crashes(item.stash[BEGAN])):
        report.sections.append(("Containers that crashed meanwhile", "\n".join(crashed)))
    return report


def crashes(since: int) -> list[str]:
    """Return status and name of each crash since that UNIX second.

    None where Docker does not answer.
    """
    # Docker reports an end a moment after it.
    words = ("docker", "events", "--since", str(since), "--until", str(int(time.time()) + 2))
    kind = ("--filter", "event=die", "--filter", "label=dialer.home")
    shown = ("--format", "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.name}}")
    try:
        told = subprocess.run(
            (*words, *kind, *shown), capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line for line in told.stdout.splitlines() if line.startswith(SIGNALS)]
