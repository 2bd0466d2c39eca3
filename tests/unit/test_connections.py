"""The order in which a store closes its connections."""

import asyncio

from dialer.adapters.sql.db.connections import Connections


class Opened:
    """A connection whose closing takes a while; it notes how many others were open then."""

    def __init__(self, all_of_them: "list[Opened]") -> None:
        self.closed = False
        self.others_open = 0
        self._all = all_of_them
        all_of_them.append(self)

    async def close(self) -> None:
        self.others_open = sum(not each.closed for each in self._all) - 1
        for _ in range(3):
            await asyncio.sleep(0)
        self.closed = True


async def test_the_last_closes_alone_so_that_sqlite_folds_its_log_back() -> None:
    """Two closing at once may each see the other, and the log stays beside the database."""
    opened: list[Opened] = []

    async def connect() -> Opened:
        return Opened(opened)

    connections = Connections()
    for _ in range(5):
        await connections.owned(connect)()
    await connections.close()
    assert all(each.closed for each in opened)
    assert [each.others_open for each in opened].count(0) == 1
