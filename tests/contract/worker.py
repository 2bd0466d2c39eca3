"""A process of its own on the same database. Run as `python -m tests.contract.worker MODE URL`; it says each attempt id it was given."""

import asyncio
import os
import signal
import sys

from dialer.adapters.sql.store import SqlStore
from dialer.domain.calls.attempt import Attempt
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from tests.contract.samples import CAMPAIGN, NOW, fingerprint, permit, sent


async def claim_all(store: SqlStore) -> None:
    while judgements := await store.attempts.claim(CAMPAIGN, now=NOW, limit=7, permits=7, judge=permit):
        for judgement in judgements:
            if isinstance(judgement.outcome, Attempt):
                print(judgement.outcome.fingerprint, flush=True)


async def die_while_judging(store: SqlStore) -> None:
    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        if dossier.contact.fingerprint == fingerprint(3):
            os.kill(os.getpid(), signal.SIGKILL)
        return permit(standing, dossier)

    await store.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=judge)


async def originate_all(store: SqlStore) -> None:
    for attempt in await store.attempts.alive():
        for attempt_id in await sent(store, [attempt.id]):
            print(attempt_id, flush=True)


async def main(mode: str, url: str) -> None:
    modes = {"claim": claim_all, "die": die_while_judging, "originate": originate_all}
    async with SqlStore.open(url) as store:
        await modes[mode](store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
