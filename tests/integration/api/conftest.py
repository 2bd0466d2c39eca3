"""A service of its own for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.api.client import Api, running_api


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(tmp_path) as running:
        yield running
