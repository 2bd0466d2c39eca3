"""Asterisk 22.10 itself breaks now and then, when a callee hangs up as they answer. A test that failed beside that is tried once more, and says so.

Its Dial tells of an answer after it has let the callee's channel go its own way (option G): where that has ended by then, Asterisk uses
what was freed. It crashes, or spins and fills its log.

What our program makes of a PBX that dies is held by tests of its own, which kill it.
"""

import subprocess
import time

import pytest
from _pytest.runner import runtestprotocol

SPINS = "FRACK!"
"""What Asterisk says of an object that was freed."""
SIGNALS = ("134", "135", "139")
"""SIGABRT, SIGBUS and SIGSEGV, as Docker tells them. A container that we end, or kill, ends with another status."""


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    began = int(time.time())
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports) and (crashed := crashes(began)):
        # Whatever a fixture has kept of that PBX is made anew.
        item.session._setupstate.teardown_exact(None)
        item._initrequest()  # type: ignore[attr-defined]  # pytest has no public way to run a test again
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            report.sections.append(("Asterisk crashed, tried once more", "\n".join(crashed)))
            report.user_properties.append(("asterisk_crashed", crashed))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def crashes(since: int) -> list[str]:
    """The containers that ended by a fault of their own since that UNIX second, and those that spin."""
    # Docker tells of an end a moment after it.
    until = int(time.time()) + 2
    words = ("events", "--since", str(since), "--until", str(until), "--filter", "event=die")
    ended = docker(*words, "--format", "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.name}}")
    running = docker("ps", "--filter", "label=dialer.home", "--format", "{{.Names}}")
    return [line for line in ended if line.startswith(SIGNALS)] + [
        f"spins: {name}"
        for name in running
        if any(SPINS in line for line in docker("logs", "--tail", "50", name))
    ]


def docker(*words: str) -> list[str]:
    """Lines; none where Docker does not answer."""
    try:
        answer = subprocess.run(
            ("docker", *words),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return answer.stdout.splitlines()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in list(terminalreporter.stats.values()):
        for report in reports:
            if (
                isinstance(report, pytest.TestReport)
                and report.when == "call"
                and (crashed := dict(report.user_properties).get("asterisk_crashed"))
            ):
                terminalreporter.write_line(
                    f"Asterisk crashed in {report.nodeid}, tried once more: {crashed}"
                )
