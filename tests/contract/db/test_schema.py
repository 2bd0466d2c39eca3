"""The schema: migrations lead to the program's tables, and invariants are the database's own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from dialer.adapters.sql.db.engine import WAL_BYTES, connect, parse_url, prepare_sqlite
from dialer.adapters.sql.db.migrate import upgrade
from dialer.adapters.sql.db.schema_version import is_current, newest_schema
from dialer.adapters.sql.schema import metadata
from dialer.domain.base.errors import BadSettings, Unavailable
from dialer.domain.base.types import Fingerprint
from dialer.domain.campaigns.campaign import PauseCause
from dialer.domain.consent import Basis, ConsentGiven, ConsentWithdrawn
from tests.contract.altering import alter
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.samples.calls import claimed
from tests.samples.campaigns import campaign
from tests.samples.people import listed, number, suppression


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """Connect as another program, or a person, would."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed.set(drivername="sqlite"), poolclass=NullPool)
        prepare_sqlite(engine, begin="BEGIN", query_only=False)
    else:
        engine = create_engine(parsed, poolclass=NullPool)
    with engine.connect() as opened:
        yield opened


async def test_a_database_without_the_schema_is_refused_in_one_line(engine: Engine) -> None:
    url = engine.empty("bare")
    assert not await is_current(url)
    with pytest.raises(Unavailable, match="run `dialer db upgrade`") as refused:
        async with ActStore.open(url):
            pass
    assert "\n" not in str(refused.value)


async def test_two_who_upgrade_at_once_both_succeed(engine: Engine) -> None:
    url = engine.empty("twice")
    await asyncio.gather(upgrade(url), upgrade(url))
    assert await is_current(url)


def test_the_migrations_lead_to_the_schema_the_program_expects(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE attempts SET state = 'dreaming'",
        "UPDATE contacts SET state = 'closed'",
        "UPDATE contacts SET campaign_id = 'c999999999999'",
        "UPDATE campaigns SET pause_cause = 'operator'",
        "UPDATE campaigns SET state = 'paused', pause_cause = 'whim'",
        "UPDATE contacts SET number = ''",
        "UPDATE contacts SET number = '', erased_at = 0",
        "UPDATE contacts SET fingerprint = 'same'",
        "UPDATE attempts SET fingerprint = 'same'",
        "DELETE FROM contacts",
        "UPDATE decisions SET attempt_id = NULL",
        "UPDATE imports SET rows = 3, imported = 1, duplicates = 1, rejected = 0",
        'INSERT INTO system SELECT 2, halted, reason, "by", at FROM system',
    ],
)
async def test_the_database_itself_refuses_what_must_never_be(
    store: ActStore, connection: Connection, change: str
) -> None:
    await listed(store, 1, 2)
    await claimed(store)
    with pytest.raises(IntegrityError):
        connection.execute(text(change))


async def test_a_number_stands_in_clear_with_its_contact_alone(
    store: ActStore, engine: Engine, url: str
) -> None:
    await listed(store, 1, 2)
    await claimed(store)
    await store.suppressions.add([suppression(1)])
    holders = {table for table, rows in engine.dump(url).items() if number(1).removeprefix("+") in rows}
    assert holders == {"contacts"}


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "nonsense", "sqlite:///:memory:"])
async def test_a_url_we_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(BadSettings):
        async with ActStore.open(url):
            pass


async def test_a_server_that_does_not_answer_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        async with ActStore.open(f"postgresql://postgres@/none?host={tmp_path}"):
            pass
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is not None


async def test_a_file_that_is_no_database_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, " * 100)
    with pytest.raises(Unavailable, match="not a database"):
        async with ActStore.open(f"sqlite:///{tmp_path / 'notes.db'}"):
            pass


async def test_consents_of_before_there_were_bases_are_opt_ins(engine: Engine) -> None:
    url = engine.empty("older")
    await upgrade(url, to="0009")
    alter(
        url,
        "INSERT INTO consents (id, fingerprint, withdrawn, at, sponsor, purpose, channel, source, proof, windows, recorded_at)"
        " VALUES (1, 'f', false, 0, 's', 'political', 'automated_voice', 'form', 'p', '[]', 0),"
        " (2, 'f', true, 1, 's', NULL, 'letter', NULL, NULL, NULL, 1)",
    )
    await upgrade(url)
    async with ActStore.open(url) as store:
        given, withdrawn = await store.consents.of(Fingerprint("f"))
    assert isinstance(given, ConsentGiven)
    assert given.basis is Basis.OPT_IN
    assert isinstance(withdrawn, ConsentWithdrawn)


async def test_a_restored_campaign_of_before_there_were_causes_has_its_cause(engine: Engine) -> None:
    """No other cause is told from a reason, which people write."""
    url = engine.empty("causeless")
    await upgrade(url, to="0034")
    reasons = {
        "restored from a backup of 2027-01-31 09:30 UTC: what happened since": PauseCause.RESTORED,
        "Restored from a backup by hand": None,
        "trunk default: down": None,
    }
    told = campaign().definition.model_dump_json()
    for index, reason in enumerate([*reasons, *reasons]):
        state = "paused" if index < len(reasons) else "stopped"
        alter(
            url,
            "INSERT INTO campaigns (id, sponsor, definition, state, created_by, created_at, self_approved, reason)"
            f" VALUES ('c{index:012}', 's', '{told}', '{state}', 'anne', {index}, false, '{reason}')",
        )
    await upgrade(url)
    async with ActStore.open(url) as store:
        found = await store.campaigns.page()
    assert [each.pause_cause for each in found] == [*reasons.values(), None, None, None]
    assert [each.reason for each in found] == [*reasons, *reasons]


async def test_a_process_of_an_older_program_stops_writing_once_the_database_was_upgraded(
    store: ActStore, url: str
) -> None:
    alter(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="brought to schema 9999") as refused:
        await store.suppressions.add([suppression(1)])
    assert "\n" not in str(refused.value)
    with pytest.raises(Unavailable, match="9999"):
        await store.suppressions.count()
    alter(url, f"UPDATE alembic_version SET version_num = '{newest_schema()}'")
    assert await store.suppressions.count() == 0


async def test_an_upgrade_waits_for_whoever_writes(postgres_engine: Engine) -> None:
    """On SQLite it is the one writer."""
    url = postgres_engine.copy("upgraded")
    database = connect(parse_url(url))
    database.pin(1, newest_schema())
    async with database.write():
        upgrading = asyncio.create_task(upgrade(url))
        await waits_for_a_lock(url)
        assert not upgrading.done()
    await upgrading
    await database.close()


async def test_sqlites_log_shrinks_once_a_long_reader_has_gone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    log = tmp_path / "dialer.db-wal"
    async with ActStore.open(url) as store:
        async with store.read() as work:
            await work.recorded.pending()
            while log.stat().st_size <= 2 * WAL_BYTES:
                await store.suppressions.add([suppression(index) for index in range(2000)])
        for index in range(3):
            await store.suppressions.add([suppression(index)])
        assert log.stat().st_size <= WAL_BYTES


async def waits_for_a_lock(url: str) -> None:
    engine = create_engine(parse_url(url), poolclass=NullPool)
    async with asyncio.timeout(SOON_S):
        while True:
            with engine.connect() as connection:
                waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if connection.execute(waiting).scalar_one():
                    return
            await asyncio.sleep(0.02)
