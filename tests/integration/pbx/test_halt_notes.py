"""Notes of halts between the processes of one home, on a real disk."""

from pathlib import Path

import pytest

from dialer.adapters.home.halt_notes import NOBODY_KNOWS, HaltFolder
from dialer.domain.base.errors import Unavailable
from tests.harness.halts import a_halt


async def test_what_one_process_keeps_the_next_one_reads(tmp_path: Path) -> None:
    folder, first, second = HaltFolder(tmp_path / "halted"), a_halt("incendie à l'étage"), a_halt("smoke")
    assert await folder.all() == []
    for halt in (first, second, first):
        await folder.keep(halt)
    assert sorted(await HaltFolder(tmp_path / "halted").all(), key=lambda halt: halt.id) == sorted(
        [first, second], key=lambda halt: halt.id
    )
    await folder.drop([first.id, first.id])
    assert await folder.all() == [second]


async def test_a_note_that_a_crash_left_empty_is_a_halt_and_what_is_no_note_is_none(tmp_path: Path) -> None:
    halt = a_halt()
    (tmp_path / halt.id).touch()
    (tmp_path / "README").write_text("{}")
    [found] = await HaltFolder(tmp_path).all()
    assert (found.id, found.reason) == (halt.id, NOBODY_KNOWS)


async def test_a_home_that_keeps_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "halted").touch()
    with pytest.raises(Unavailable, match="halts cannot be kept"):
        await HaltFolder(tmp_path / "halted").keep(a_halt())
