"""Views of the console on calls that were made, and on calls to come."""

from dataclasses import replace

import pytest

from dialer.console.pages import LANGUAGES, say
from dialer.domain.access import Role
from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.ports.records import Progression
from tests.harness.acts import ActStore
from tests.integration.api.bodies import CONTACTS, CSV, new_campaign
from tests.integration.api.client import Api
from tests.integration.console.visitor import Visitor, visiting
from tests.samples.calls import claimed
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import listed, number


@pytest.fixture
async def call(api: Api) -> str:
    """Record one call that was answered and opposed."""
    store = ActStore.over(api.service.store)
    await listed(store, 1)
    (attempt,) = await claimed(store)
    heard = (TraceStep(NOW, TraceVerb.PLAY, "notice"), TraceStep(NOW, TraceVerb.KEY, "9"))
    times = dict.fromkeys(("originated_at", "dialed_at", "answered_at", "ended_at"), NOW)
    over = replace(attempt, state=AttemptState.ENDED, result=Result.OPTED_OUT, trace=heard, **times)  # type: ignore[arg-type]
    await store.attempts.commit([Progression(over)])
    return attempt.id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_call_shows_what_was_heard_and_pressed(admin: Visitor, call: str, language: str) -> None:
    await admin.get(f"/language/{language}")
    shown = await admin.get(f"/calls/{call}")
    assert shown.status == 200
    assert say(language, "moment.play", name="notice") in shown.text
    assert say(language, "moment.key", name="9") in shown.text


async def test_numbers_are_whole_only_for_who_may_see_them(api: Api, call: str) -> None:
    for role, whole in ((Role.OPERATOR, False), (Role.AUDITOR, True)):
        async with visiting(api, role) as visitor:
            for path in (f"/campaigns/{CAMPAIGN}/calls", f"/calls/{call}"):
                assert (number(1) in (await visitor.get(path)).text) is whole


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_preflight_is_shown_with_what_speaks_against_it(
    api: Api, admin: Visitor, language: str
) -> None:
    campaign = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign), data=CSV)
    await admin.get(f"/language/{language}")
    shown = await admin.get(f"/campaigns/{campaign}/preflight")
    assert shown.status == 200
    assert say(language, "preflight.reasons") in shown.text
