"""Tokens and the halt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.access import Role, Token
from dialer.domain.base.errors import Conflict, NotFound
from dialer.ports.pbx import HaltState, KnownHalts
from tests.harness.acts import ActStore
from tests.harness.halts import HALTED_AT, a_halt
from tests.samples.campaigns import NOW

TOKEN = Token("olga", Role.OPERATOR, "a" * 64, NOW, expires_at=NOW + timedelta(days=1))


async def test_a_token_is_found_by_the_hash_of_its_secret(store: ActStore) -> None:
    await store.tokens.add(TOKEN, by="ada")
    assert await store.tokens.by_secret("a" * 64) == TOKEN
    assert await store.tokens.by_secret("b" * 64) is None


async def test_a_name_stays_taken_after_its_revocation(store: ActStore) -> None:
    await store.tokens.add(TOKEN, by="ada")
    await store.tokens.revoke("olga", by="ada", at=NOW)
    with pytest.raises(Conflict):
        await store.tokens.add(replace(TOKEN, secret_sha256="b" * 64), by="ada")
    assert await store.tokens.by_secret("b" * 64) is None


async def test_a_revoked_token_keeps_the_first_date(store: ActStore) -> None:
    await store.tokens.add(TOKEN, by="ada")
    await store.tokens.revoke("olga", by="ada", at=NOW)
    await store.tokens.revoke("olga", by="ada", at=NOW + timedelta(days=1))
    assert await store.tokens.all() == [replace(TOKEN, revoked_at=NOW)]


async def test_the_last_use_is_kept(store: ActStore) -> None:
    await store.tokens.add(TOKEN, by="ada")
    await store.tokens.used("olga", at=NOW)
    assert await store.tokens.by_secret("a" * 64) == replace(TOKEN, last_used_at=NOW)


async def test_revoking_nobody_is_an_error(store: ActStore) -> None:
    with pytest.raises(NotFound):
        await store.tokens.revoke("nobody", by="ada", at=NOW)


async def test_a_halt_is_seen_by_every_process(url: str) -> None:
    async with ActStore.open(url) as first, ActStore.open(url) as second:
        assert await first.halts.state() == HaltState(halted=False, reason="", by="", at=None)
        await second.halts.begin_halt(a_halt(by="olga"))
        assert await first.halts.state() == HaltState(halted=True, reason="fire", by="olga", at=HALTED_AT)


async def test_a_halt_that_has_ended_never_begins_again(store: ActStore) -> None:
    halt, unknown = a_halt(), a_halt()
    assert await store.halts.begin_halt(halt)
    assert not await store.halts.begin_halt(halt)
    assert await store.halts.known([halt.id, unknown.id]) == KnownHalts((halt,), frozenset())
    assert await store.halts.end_halts([halt.id], by="olga", at=NOW, reason="out")
    assert not await store.halts.begin_halt(halt)
    assert await store.halts.known([halt.id, unknown.id]) == KnownHalts((), frozenset({halt.id}))
    assert await store.halts.state() == HaltState(halted=False, reason="out", by="olga", at=NOW)


async def test_the_end_of_one_halt_is_not_the_end_of_another(store: ActStore) -> None:
    first, second = a_halt(), a_halt("smoke", at=NOW + timedelta(seconds=1))
    for halt in (second, first):
        await store.halts.begin_halt(halt)
    assert (await store.halts.known([])).in_force == (first, second)
    assert not await store.halts.end_halts([first.id], by="olga", at=NOW, reason="out")
    assert (await store.halts.state()).halted
    assert await store.halts.end_halts([second.id], by="olga", at=NOW, reason="out")
    assert not (await store.halts.state()).halted
