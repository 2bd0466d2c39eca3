"""An error while one contact is judged ends no call but that one's.

It is set aside for a person, and everybody else is called.
"""

from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.decide import decide as decide_really
from dialer.domain.ledger.event import Kind
from dialer.services.consent.reviews import ContactReviews
from dialer.services.dialing.claim import MOST_ASIDE
from tests.contract.engines import Engine, PostgresEngine, SqliteEngine
from tests.contract.postgres import postgres_server
from tests.integration.floor import RUNNING, Floor, a_floor

PEOPLE = 60
UNLUCKY = "+33199000037"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield SqliteEngine(tmp_path)
        return
    with postgres_server() as folder:
        yield PostgresEngine(folder)


async def unreadable(floor: Floor, _: pytest.MonkeyPatch) -> None:
    """Store about one contact a value that this program does not write."""
    await floor.sql(
        "UPDATE consents SET windows = '[1]' WHERE fingerprint ="
        " (SELECT fingerprint FROM contacts WHERE number = '+33199000037')"
    )


async def a_bug(_: Floor, patch: pytest.MonkeyPatch) -> None:
    def decide(facts: Any, *rest: Any) -> Any:
        if facts.number == UNLUCKY:
            raise KeyError(facts.number)
        return decide_really(facts, *rest)

    patch.setattr("dialer.services.decision.decider.decide", decide)


async def a_contradiction(floor: Floor, _: pytest.MonkeyPatch) -> None:
    """Let the database refuse the decision on one contact."""
    unlucky = "(SELECT id FROM contacts WHERE number = '+33199000037')"
    if floor.sqlite:
        await floor.sql(
            "CREATE TRIGGER planted BEFORE INSERT ON decisions WHEN NEW.contact_id = "
            + unlucky
            + " BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
        return
    await floor.sql(
        "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.contact_id = "
        + unlucky
        + " THEN RAISE check_violation; END IF; RETURN NEW; END $$"
    )
    await floor.sql(
        "CREATE TRIGGER planted BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION planted()"
    )


async def go_on(floor: Floor, until: Callable[[], bool], turns: int = 300) -> None:
    for _ in range(turns):
        await floor.process.dialing.turn()
        floor.world.wait(0.1)
        if until():
            return
    raise AssertionError("calling stopped")


@pytest.mark.parametrize("what", [unreadable, a_bug, a_contradiction])
async def test_everybody_else_is_called(
    engine: Engine,
    what: Callable[[Floor, pytest.MonkeyPatch], Coroutine[Any, Any, None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy("one_breaks"), PEOPLE) as floor:
        await what(floor, monkeypatch)

        def all_called() -> bool:
            return len(floor.pbx.invites) == PEOPLE - 1

        await go_on(floor, all_called)
        assert floor.pbx.invites[UNLUCKY] == 0
        reviews = ContactReviews(floor.store, floor.process.clock)
        (aside,) = await reviews.page(LOCAL_ADMINISTRATOR, RUNNING.id)
        assert aside.line == 39
        assert "review: " in aside.reason
        assert UNLUCKY not in aside.reason
        assert (await floor.store.campaigns.progress(RUNNING.id)).refused == {"REVIEW": 1}
        assert (await floor.store.campaigns.get(RUNNING.id)).state is CampaignState.RUNNING


async def test_what_is_mended_is_judged_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy("mended"), PEOPLE) as floor:
        with monkeypatch.context() as patch:
            await a_bug(floor, patch)
            await go_on(floor, lambda: len(floor.pbx.invites) == PEOPLE - 1)
        reviews = ContactReviews(floor.store, floor.process.clock)
        assert await reviews.put_back(LOCAL_ADMINISTRATOR, RUNNING.id) == 1
        await go_on(floor, lambda: floor.pbx.invites[UNLUCKY] == 1)
        assert await reviews.page(LOCAL_ADMINISTRATOR, RUNNING.id) == []
        assert (await floor.store.campaigns.progress(RUNNING.id)).refused == {}
        kinds = [kind for (kind,) in await floor.sql("SELECT kind FROM ledger_pending ORDER BY id")]
        assert [kind for kind in kinds if kind in (Kind.SET_ASIDE, Kind.PUT_BACK)] == [
            Kind.SET_ASIDE,
            Kind.PUT_BACK,
        ]


async def all_but_one_done(floor: Floor, patch: pytest.MonkeyPatch) -> None:
    """Call all but one; the bug is mended then, and one contact in review."""
    with patch.context() as bug:
        await a_bug(floor, bug)
        await go_on(floor, lambda: len(floor.pbx.invites) == PEOPLE - 1)
    await floor.sql(
        "UPDATE contacts SET state = 'closed', next_due_at = NULL, closed_reason = 'delivered'"
        " WHERE state IN ('calling', 'due')"
    )


async def test_a_campaign_is_not_complete_while_somebody_waits_for_review(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy("waits"), PEOPLE) as floor:
        await all_but_one_done(floor, monkeypatch)
        for _ in range(5):
            assert not await floor.process.dialing.turn()
        assert (await floor.store.campaigns.get(RUNNING.id)).state is CampaignState.RUNNING
        reviews = ContactReviews(floor.store, floor.process.clock)
        assert await reviews.put_back(LOCAL_ADMINISTRATOR, RUNNING.id) == 1
        await go_on(floor, lambda: floor.pbx.invites[UNLUCKY] == 1)


async def test_at_its_end_it_is_complete_and_says_what_to_do_for_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy("ended"), PEOPLE) as floor:
        await all_but_one_done(floor, monkeypatch)
        floor.world.wait((RUNNING.definition.ends_at - floor.world.at).total_seconds())
        await floor.process.dialing.turn()
        assert (await floor.store.campaigns.get(RUNNING.id)).state is CampaignState.COMPLETED
        reviews = ContactReviews(floor.store, floor.process.clock)
        with pytest.raises(Conflict, match="into a new campaign"):
            await reviews.put_back(LOCAL_ADMINISTRATOR, RUNNING.id)


async def test_where_nobody_can_be_judged_the_campaign_is_paused_and_the_list_stays(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(engine.original)

    def decide(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("dialer.services.decision.decider.decide", decide)
    async with a_floor(engine.copy("all_break"), PEOPLE) as floor:
        for _ in range(3 * MOST_ASIDE):
            await floor.process.dialing.turn()
        campaign = await floor.store.campaigns.get(RUNNING.id)
        progress = await floor.store.campaigns.progress(RUNNING.id)
        assert campaign.state is CampaignState.PAUSED
        assert "ZeroDivisionError" in campaign.reason
        assert (progress.closed, progress.due) == (MOST_ASIDE, PEOPLE - MOST_ASIDE)
        assert not floor.pbx.invites
