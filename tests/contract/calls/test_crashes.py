"""Processes side by side, and processes that die: nothing is sent twice, nothing half-written."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter

from dialer.domain.calls.attempt import AttemptState
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, sent
from tests.samples.people import consent, fingerprint, listed, suppression


async def worker(mode: str, url: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.worker", mode, url, stdout=PIPE
    )


async def said(process: Process) -> list[str]:
    output, _ = await process.communicate()
    return output.decode().split()


async def test_two_processes_claim_each_contact_once(url: str) -> None:
    async with ActStore.open(url) as store:
        await listed(store, *range(100))
    workers = [await worker("claim", url) for _ in range(2)]
    taken = [print_ for process in workers for print_ in await said(process)]
    assert Counter(taken) == Counter(map(fingerprint, range(100)))


async def test_a_process_killed_while_judging_leaves_no_trace(url: str) -> None:
    async with ActStore.open(url) as store:
        await listed(store, *range(6))
        killed = await worker("die", url)
        assert await killed.wait() == -9
        assert await store.attempts.alive() == []
        assert len(await claimed(store)) == 6


async def test_a_process_killed_while_lifting_an_opposition_leaves_it_and_the_consent(url: str) -> None:
    async with ActStore.open(url) as store:
        await store.consents.add([consent(1)], by="camille")
        await store.suppressions.add([suppression(1)])
        killed = await worker("lift", url)
        assert await killed.wait() == -9
        assert len(await store.suppressions.of(fingerprint(1))) == 1
        assert len(await store.consents.of(fingerprint(1))) == 1


async def test_what_a_killed_sender_was_given_is_given_to_nobody_again(url: str) -> None:
    async with ActStore.open(url) as store:
        await listed(store, *range(200))
        ids = [attempt.id for attempt in await claimed(store)]
        sender = await worker("originate", url)
        assert sender.stdout is not None
        given = [(await sender.stdout.readline()).decode().strip() for _ in range(20)]
        sender.kill()
        given += await said(sender)
        again = await sent(store, ids)
        states = Counter(attempt.state for attempt in await store.attempts.alive())
    assert len(given) >= 20
    assert set(given).isdisjoint(again)
    assert set(given) | set(again) <= set(ids)
    assert states == {AttemptState.ORIGINATING: 200}
