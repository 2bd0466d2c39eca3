"""Sharing out the tests when several processes run them.

Calls take real time and few cycles, the rest the other way round.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_PBX = "tests/pbx"
"""The folder whose tests share a PBX: one process leads them all."""
CALLS = (ONE_PBX, "tests/acceptance")
"""The folders of calls, in the order in which they begin: before all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # the package has no types
    def _split_scope(self, nodeid: str) -> str:
        """Return the file of a test, but for tests of the one PBX their folder."""
        return ONE_PBX if nodeid.startswith(ONE_PBX) else nodeid.partition("::")[0]


def _turn(nodeid: str) -> int:
    return next((turn for turn, folder in enumerate(CALLS) if nodeid.startswith(folder)), len(CALLS))
