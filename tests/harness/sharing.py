"""How the tests are shared out when several processes run them: calls take real time and few cycles, the rest the other way round."""

import pytest
from xdist.scheduler import LoadScopeScheduling

CALLS = ("tests/acceptance", "tests/pbx")
"""Folders whose tests share a PBX or the ports of one: each is led by one process, first of all."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(CALLS))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # the package has no types
    def _split_scope(self, nodeid: str) -> str:
        """The folder of a test that makes calls, the file of any other."""
        return next((folder for folder in CALLS if nodeid.startswith(folder)), nodeid.partition("::")[0])
