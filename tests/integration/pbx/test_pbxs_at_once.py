"""The PBXs are spoken to at once: a silent one delays no other."""

import asyncio
from pathlib import Path

import pytest

from dialer.adapters.clock import SystemClock
from dialer.bootstrap import Links, open_fleet, pbxs, stop_pbxs
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.settings import PbxSettings, Settings, settings_of
from tests.harness.halts import a_halt
from tests.harness.patience import SOON_S

FROZEN, WELL = "pbx1", "pbx2"


class PacedLink:
    """A link of the frozen PBX.

    Its first try ends only once the other has done `what`, "start" or "hang up".
    """

    def __init__(self, name: str, what: str, done: asyncio.Event) -> None:
        self.pbx = name
        self._what = what
        self._done = done

    def _do(self, what: str) -> None:
        if self.pbx == WELL and what == self._what:
            self._done.set()

    async def start(self) -> None:
        self._do("start")
        if self.pbx == FROZEN:
            await self._done.wait()

    async def set_halt(self, halt: Halt) -> None: ...

    async def halt_flag(self) -> HaltFlag:
        return HaltFlag(None, "")

    async def hang_up_all(self) -> None:
        self._do("hang up")

    async def close(self) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    both = tuple(PbxSettings(name=name, ami="127.0.0.1:1", secret_file="s") for name in (FROZEN, WELL))
    return settings_of(tmp_path).model_copy(update={"pbxs": both})


def paced(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    done = asyncio.Event()
    monkeypatch.setattr(pbxs, "telephony_of", lambda _home, pbx, _clock: PacedLink(pbx.name, what, done))


async def test_a_halt_ends_the_calls_of_a_pbx_while_another_is_frozen(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    paced(monkeypatch, "hang up")
    async with asyncio.timeout(SOON_S):
        assert await stop_pbxs(settings, SystemClock(), a_halt()) == {}


async def test_the_links_of_a_service_are_started_at_once(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    paced(monkeypatch, "start")
    async with asyncio.timeout(SOON_S), open_fleet(settings, Links.DRIVEN, SystemClock()) as fleet:
        assert list(fleet.telephonies) == [FROZEN, WELL]
