"""The command line on homes of its own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from dialer.cli import halt as halt_command
from dialer.services.calls import pbx_worker
from dialer.services.operations import metrics, readiness
from dialer.services.pbx import halts, lease
from tests.harness.acts import ActStore
from tests.harness.dates import TODAY
from tests.harness.patience import SOON_S
from tests.integration.called import called_campaign
from tests.integration.command import LOOPBACK, Command, fresh_environment
from tests.integration.history import TICK_S, fill
from tests.samples.campaigns import campaign_file


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Home before `dialer init`."""
    fresh_environment(tmp_path / "home", monkeypatch)
    return Command(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def dialer(bare: Command) -> Command:
    """Home after `dialer init`, with a trunk on loopback."""
    bare.must("init", "--pretend-now", TODAY)
    (bare.home / "dialer.toml").write_text(LOOPBACK, encoding="utf-8")
    return bare


@pytest.fixture
def campaign(dialer: Command, tmp_path: Path) -> str:
    """Id of a draft."""
    return str(dialer.must("campaign", "create", str(campaign_file(tmp_path)))["id"])


@pytest.fixture
def a_busy_disk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let halts and questions about the state wait for a busy disk.

    They would take a slow database for one that is away, and go on without it.
    """
    monkeypatch.setattr(halts, "RECORD_WITHIN_S", SOON_S)
    for module in (halt_command, readiness, metrics):
        monkeypatch.setattr(module, "DATABASE_S", SOON_S)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("called")


@pytest.fixture
def called(bare: Command, shelf: Path, tmp_path: Path) -> str:
    """Id of a campaign that was called, in a home that is made once and then copied."""
    if not (shelf / "home").exists():
        bare.must("init", "--pretend-now", TODAY)
        (bare.home / "dialer.toml").write_text(LOOPBACK, encoding="utf-8")
        made = str(bare.must("campaign", "create", str(campaign_file(tmp_path)))["id"])
        called_campaign(bare, made, tmp_path)
        shutil.copytree(bare.home, shelf / "home")
        (shelf / "campaign").write_text(made, "ascii")
    else:
        shutil.copytree(shelf / "home", bare.home)
    return (shelf / "campaign").read_text("ascii")


@pytest.fixture
def pack(bare: Command, called: str, tmp_path: Path) -> Path:
    bare.must("inspect", "--campaign", called, "--out", str(tmp_path / "pack"))
    return tmp_path / "pack"


@pytest.fixture
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loops of a service in this process come round every `TICK_S`."""
    monkeypatch.setattr(pbx_worker, "TICK_S", TICK_S)
    monkeypatch.setattr(lease, "TICK_S", TICK_S)
    monkeypatch.setattr(pbx_worker, "RETRY_S", TICK_S)


@pytest.fixture
async def listed(tmp_path: Path) -> AsyncIterator[ActStore]:
    """Database with the campaign of the histories, and its list."""
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with ActStore.open(url) as store:
        await fill(store)
        yield store
