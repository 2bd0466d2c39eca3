"""The demo's verdict: a call that was not as scripted is a fault, and a fault is exit status 1."""

from pathlib import Path

import pytest
import typer

from dialer.cli.operations import demo
from dialer.demo.cast import cast_members
from dialer.demo.verdict import ContactOutcome, DemoVerdict


def nobody_called() -> DemoVerdict:
    """Return the verdict as if no call had been made at all."""
    return DemoVerdict(
        [ContactOutcome(member, (), None, frozenset(), suppressed=False) for member in cast_members()], 1.0
    )


def test_whoever_should_have_been_called_and_was_not_is_a_fault() -> None:
    called = [member.external_id for member in cast_members() if member.result]
    faults = nobody_called().faults
    assert all(any(fault.startswith(name) for fault in faults) for name in called)


def test_a_fault_makes_the_demo_exit_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def wrong(_: Path) -> DemoVerdict:
        return nobody_called()

    monkeypatch.setenv("DIALER_HOME", str(tmp_path))
    monkeypatch.setattr(demo, "_demo", wrong)
    monkeypatch.setattr(demo, "configure_logs", lambda _: None)
    with pytest.raises(typer.Exit) as ended:
        demo.demo()
    assert ended.value.exit_code == 1
