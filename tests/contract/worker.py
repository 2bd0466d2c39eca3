"""A process of its own on the same database.

    python -m tests.contract.worker MODE URL

It prints each attempt id it was given.
"""

import asyncio
import os
import signal
import sys

from dialer.adapters.clock import pretending
from dialer.adapters.sql.oppositions import SqlSuppressionRepository
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.calls.attempt import Attempt
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from tests.harness.acts import ActStore
from tests.samples.calls import permit, sent
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import fingerprint, number


async def claim_all(store: ActStore) -> None:
    while judgements := await store.attempts.claim(CAMPAIGN, now=NOW, limit=7, permits=7, judge=permit):
        for judgement in judgements:
            if isinstance(judgement.outcome, Attempt):
                print(judgement.outcome.fingerprint, flush=True)


async def die_while_judging(store: ActStore) -> None:
    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        if dossier.contact.fingerprint == fingerprint(3):
            os.kill(os.getpid(), signal.SIGKILL)
        return permit(standing, dossier)

    await store.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=judge)


async def originate_all(store: ActStore) -> None:
    for attempt in await store.attempts.alive():
        for attempt_id in await sent(store, [attempt.id]):
            print(attempt_id, flush=True)


async def die_while_lifting(store: ActStore) -> None:
    """After the end of the consents is written, before the opposition is lifted."""

    async def die(*_: object, **__: object) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    SqlSuppressionRepository.remove = die  # type: ignore[method-assign]
    fingerprints, ringing = Fingerprints(b"key of the tests"), RingingCalls(store, Fleet({}, driven=False))
    desk = Suppressions(store, pretending(NOW), fingerprints, Fleet({}, driven=False), ringing)
    await desk.remove(LOCAL_ADMINISTRATOR, number(1), "by letter")


async def main(mode: str, url: str) -> None:
    modes = {
        "claim": claim_all,
        "die": die_while_judging,
        "lift": die_while_lifting,
        "originate": originate_all,
    }
    async with ActStore.open(url) as store:
        await modes[mode](store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
