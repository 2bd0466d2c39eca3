"""A service of its own for every test, and a visitor with an administrator's token."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.domain.access.roles import Role
from tests.integration.api.client import Api, running_api
from tests.integration.console.visitor import Visitor, visiting


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(tmp_path) as running:
        yield running


@pytest.fixture
async def admin(api: Api) -> AsyncIterator[Visitor]:
    async with visiting(api, Role.ADMIN) as visitor:
        yield visitor
