"""A service of its own for every test, and a visitor with an administrator's token."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.domain.access import Role
from tests.integration.api.client import Api, running_api
from tests.integration.console.browser import own_network
from tests.integration.console.visitor import Visitor, visiting


@pytest.fixture
def loopback_alone() -> Iterator[None]:
    """Loopback alone, for a browser. It must come before `api`, which listens in it."""
    with own_network():
        yield


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(tmp_path) as running:
        yield running


@pytest.fixture
async def admin(api: Api) -> AsyncIterator[Visitor]:
    async with visiting(api, Role.ADMIN) as visitor:
        yield visitor
