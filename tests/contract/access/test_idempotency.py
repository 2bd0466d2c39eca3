"""Idempotency keys: the first request claims one, later ones get its answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.base.errors import Conflict
from dialer.ports.records import ArchivedAnswer, RequestKey
from tests.harness.acts import ActStore
from tests.samples.campaigns import NOW

KEY = RequestKey("olga", "key-1", "a" * 64)
ANSWER = ArchivedAnswer(201, "/v1/campaigns/c1", b'{"id": "c1"}\xff')


async def begin(store: ActStore, key: RequestKey = KEY, *, hours: int = 0) -> ArchivedAnswer | None:
    at = NOW + timedelta(hours=hours)
    return await store.idempotency.begin(key, at=at, forget_before=at - timedelta(hours=24))


async def test_a_repeated_request_is_given_the_first_answer(store: ActStore) -> None:
    assert await begin(store) is None
    await store.idempotency.keep(KEY, ANSWER)
    assert await begin(store, hours=23) == ANSWER


async def test_the_same_key_for_another_request_is_a_conflict(store: ActStore) -> None:
    await begin(store)
    await store.idempotency.keep(KEY, ANSWER)
    with pytest.raises(Conflict, match="another request"):
        await begin(store, replace(KEY, request_sha256="b" * 64))


async def test_another_token_may_use_the_same_key(store: ActStore) -> None:
    await begin(store)
    assert await begin(store, replace(KEY, token="omar")) is None


async def test_of_requests_sent_at_once_one_is_carried_out(store: ActStore) -> None:
    outcomes = await asyncio.gather(*(begin(store) for _ in range(5)), return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4


async def test_a_request_without_effect_may_be_tried_again(store: ActStore) -> None:
    await begin(store)
    await store.idempotency.release(KEY)
    assert await begin(store) is None


async def test_keys_are_forgotten_after_a_day(store: ActStore) -> None:
    await begin(store)
    await store.idempotency.keep(KEY, ANSWER)
    assert await begin(store, hours=25) is None
