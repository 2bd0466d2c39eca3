"""A command loads the modules it needs and no more.

Help is there at once, and a halt speaks to the PBXs before anything else is loaded. Nothing is
timed: the test looks at loaded modules.
"""

import inspect
import json
import os
import sys
from asyncio import create_subprocess_exec, subprocess
from pathlib import Path

import pytest

from dialer.cli.base.program import Deferred
from dialer.cli.main import COMMANDS
from tests.integration.command import Command
from tests.integration.fake_ami import USER, fake_ami

DEAR = {"aiohttp", "alembic", "holidays", "jinja2", "phonenumbers", "prometheus_client", "sqlalchemy"}
"""Libraries that take long to load."""
DEAR_FOR_HELP = DEAR | {"panoramisk", "pydantic", "structlog"}
TELLING = """
import json, sys
from dialer.adapters.ami.client import AmiClient
from dialer.cli.main import app
from dialer.cli.base.program import run

loaded = []
opened = AmiClient.open

async def open_(self, *words):
    loaded.append(sorted({name.partition(".")[0] for name in sys.modules}))
    await opened(self, *words)

AmiClient.open = open_
sys.argv = ["dialer", "halt"]
run(app)
print(json.dumps(loaded), file=sys.stderr)
"""
HELPING = """
import json, sys
from dialer.cli.main import app
from dialer.cli.base.program import run

sys.argv = ["dialer", "--help"]
run(app)
print(json.dumps([sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


LISTING = HELPING.replace('["dialer", "--help"]', '["dialer", "campaign", "list"]')
NOT_FOR_LISTS = {"aiohttp", "alembic", "jinja2", "panoramisk"}
"""Libraries of the API and webhooks, upgrades, inspections, PBXs."""


async def loaded_by(program: str, home: Path) -> set[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    ran = await create_subprocess_exec(
        *(sys.executable, "-c", program),
        env=others | {"DIALER_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _, told = await ran.communicate()
    [loaded] = json.loads(told.decode().splitlines()[-1])
    return set(loaded)


async def test_help_loads_none_of_what_the_commands_need(tmp_path: Path) -> None:
    assert not DEAR_FOR_HELP & await loaded_by(HELPING, tmp_path)


async def test_who_asks_the_database_loads_nothing_of_api_upgrades_inspections_and_pbxs(
    dialer: Command,
) -> None:
    assert not NOT_FOR_LISTS & await loaded_by(LISTING, dialer.home)


async def test_a_halt_speaks_to_the_pbxs_before_the_database_is_loaded(tmp_path: Path) -> None:
    for kind in ("secret", "seal", "line"):
        (tmp_path / f"pbx1.{kind}").write_text("5e" * 32)
    async with fake_ami() as ami:
        (tmp_path / "dialer.toml").write_text(
            f'[[pbx]]\nname = "pbx1"\nami = "127.0.0.1:{ami.port}"\nuser = "{USER}"\nsecret_file = "pbx1.secret"\n'
        )
        loaded = await loaded_by(TELLING, tmp_path)
    assert "panoramisk" in loaded
    assert not DEAR & loaded


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_summary_of_a_command_is_the_beginning_of_its_own_help(command: Deferred) -> None:
    first, *_ = inspect.cleandoc(command.whole.help or "").split("\n\n")
    assert command.help == first.replace("\n", " ")
