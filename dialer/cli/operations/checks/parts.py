"""The parts a campaign needs: database, rule packs, PBXs, trunks."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.schema import is_current
from dialer.bootstrap import Links, open_service
from dialer.cli.operations.checks.finding import CheckResult, from_error, well, wrong
from dialer.domain.access.roles import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import DialerError
from dialer.services.operations.readiness import PartKind
from dialer.settings import PbxSettings, Settings, TrunkSettings

MENDS = {
    PartKind.KEY_CHANGE: "let `dialer keys rotate` come to its end, or run it again where it was ended",
    PartKind.LEDGER: "make room and let this user write in home/heads; `dialer ledger verify` names what is damaged",
    PartKind.RETENTION: "see `dialer retention status`, mend it and run `dialer retention run`",
    PartKind.CLOCK: "let the machine keep its time (chrony, systemd-timesyncd); after a step it is trusted again once it ran evenly for ten minutes",
}


async def check_database(settings: Settings) -> CheckResult:
    try:
        if await is_current(settings.database_url):
            return well("database", "its schema is current")
    except DialerError as error:
        return from_error("database", error)
    return wrong(
        "database",
        "it is missing or of another version of this program",
        "run `dialer init`, or `dialer db upgrade` where it holds data",
    )


def check_packs(settings: Settings) -> CheckResult:
    try:
        packs = load_packs(settings.home / "rulepacks")
    except DialerError as error:
        return from_error("rule packs", error)
    return well("rule packs", ", ".join(sorted(packs.by_title)))


async def check_upkeep(settings: Settings) -> AsyncIterator[CheckResult]:
    """Check unattended work: the sealing of the ledger, the erasing of personal data, the clock."""
    try:
        async with open_service(settings) as service:
            condition = await service.suite.readiness.look()
            version = (await service.suite.keys.all(LOCAL_ADMINISTRATOR))[-1]
            async with service.store.read() as work:
                restoration = await work.restores.last()
    except DialerError as error:
        yield from_error("upkeep", error)
        return
    yield well("fingerprint keys", f"version {version.version}, the database's own")
    if restoration and restoration.ended_at is None:
        read = ", ".join(sorted(restoration.read_back)) or "none"
        yield wrong(
            "restoration",
            f"not ended: locks read back: {read}",
            "start `dialer serve`, then `dialer unhalt --reason`",
        )
    for part in condition.parts:
        if part.kind in MENDS:
            yield CheckResult(part.name, part.ok, part.detail, "" if part.ok else MENDS[part.kind])


async def check_pbxs(settings: Settings) -> AsyncIterator[CheckResult]:
    """Log in to each as `dialer serve` would: user, secret, version, dialplan."""
    if not settings.pbxs:
        yield wrong("pbx", "no PBX is known", "run `dialer pbx up`, or name one in dialer.toml")
    for pbx in settings.pbxs:
        yield await _pbx(settings, pbx)


async def _pbx(settings: Settings, pbx: PbxSettings) -> CheckResult:
    alone = settings.model_copy(update={"pbxs": (pbx,)})
    check = f"pbx {pbx.name}"
    try:
        async with open_service(alone, links=Links.DRIVEN) as service:
            outbox = await service.fleet.telephonies[pbx.name].outbox(of=())
    except DialerError as error:
        return from_error(check, error)
    return well(check, f"{pbx.ami}, {len(outbox.alive)} calls")


def check_trunks(settings: Settings, now: datetime) -> Iterator[CheckResult]:
    if not settings.trunks:
        yield wrong("trunk", "no trunk is known", "run `dialer pbx up`, or name one in dialer.toml")
    known = {pbx.name for pbx in settings.pbxs}
    for trunk in settings.trunks:
        yield _trunk(trunk, known, now)


def _trunk(trunk: TrunkSettings, known: set[str], now: datetime) -> CheckResult:
    check = f"trunk {trunk.name}"
    if unknown := sorted(set(trunk.pbx) - known):
        return wrong(
            check, f"it names a PBX that is not known: {unknown[0]}", "name it under [[pbx]], or start it"
        )
    if trunk.loopback:
        return well(check, f"{trunk.host}, on this machine")
    valid = [
        entry
        for entry in trunk.facts.caller_ids
        if entry.mandate_ends_at is None or now < entry.mandate_ends_at
    ]
    if not valid:
        return wrong(
            check,
            "it has no caller_ids whose mandate still runs: nobody can be called through it",
            "list the numbers that your operator lets you present",
        )
    return well(check, f"{trunk.host}, {len(valid)} caller ids")
