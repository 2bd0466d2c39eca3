"""`dialer doctor`: missing and wrong parts, and how to mend them; exit 1 where there are any.

It looks at the home and its secrets, the machine (programs, container engine, time zones), the
parts of a campaign (database, rule packs, PBXs, trunks) and unattended work. It changes nothing.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.disk import free_bytes
from dialer.adapters.home.keys import fingerprint_keys
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.pbx.container import docker
from dialer.adapters.pbx.lifecycle import started
from dialer.adapters.sql.db.schema_version import is_current
from dialer.adapters.zone_data import demand_zone_data
from dialer.bootstrap import Links, open_service
from dialer.cli.base.program import FAILED
from dialer.cli.base.terminal import JsonOption, console, print_json
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import BadSettings, DialerError
from dialer.services.operations.readiness import ROOM_BYTES, PartKind
from dialer.settings import PbxSettings, Settings, TrunkSettings, read_settings
from dialer.views.operations import CheckView, DoctorView


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A finding on one thing. `mend` says what to do where it is not `ok`."""

    check: str
    ok: bool
    detail: str
    mend: str = ""


def well(check: str, detail: str) -> CheckResult:
    return CheckResult(check, ok=True, detail=detail)


def wrong(check: str, detail: str, mend: str) -> CheckResult:
    return CheckResult(check, ok=False, detail=detail, mend=mend)


def from_error(check: str, error: DialerError) -> CheckResult:
    return wrong(check, error.detail, error.hint)


_OTHERS = 0o077


def check_home(settings: Settings) -> Iterator[CheckResult]:
    home = settings.home
    if not home.is_dir():
        yield wrong("home", f"{home} is missing", "run `dialer init`")
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(
            "home", f"{home} is not writable for this user", f"chown it, or run as its owner: {home.owner()}"
        )
    else:
        yield well("home", str(home))
    yield _room(home)
    try:
        fingerprint_keys(home)
    except BadSettings as error:
        yield from_error("key", error)


def check_secrets(settings: Settings) -> Iterator[CheckResult]:
    """Check that only their owner may read the secrets. Nothing else depends on this."""
    home = settings.home
    for path in sorted((home / "keys").glob("*.key")):
        yield _mode(path, "key")
    for name in [name for pbx in settings.pbxs for name in (pbx.secret_file, pbx.seal_path)]:
        yield _secret(home / name)


def _room(home: Path) -> CheckResult:
    free = free_bytes(home)
    detail = f"{free // 1024**2} MiB free"
    return (
        well("disk", detail)
        if free >= ROOM_BYTES
        else wrong("disk", detail, f"make room on the disk of {home}")
    )


def _secret(path: Path) -> CheckResult:
    if not path.is_file():
        return wrong(
            "secret", f"{path} is missing", "start the PBX with `dialer pbx up`, or name the right file"
        )
    return _mode(path, "secret")


def _mode(path: Path, check: str) -> CheckResult:
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        return wrong(check, f"others may read {path} (mode {mode:o})", f"chmod 600 {path}")
    return well(check, str(path))


def check_tools() -> Iterator[CheckResult]:
    for name in ("espeak-ng", "sox"):
        path = shutil.which(name)
        yield well(name, path) if path else wrong(name, "is not installed", f"apt-get install {name}")


def check_zones(now: datetime) -> CheckResult:
    try:
        updated = demand_zone_data(now, fresh=True)
    except DialerError as error:
        return from_error("time zones", error)
    return well("time zones", f"data of {updated:%Y-%m-%d}")


async def check_engine(settings: Settings) -> CheckResult:
    """Check Docker. It matters only where this home started a PBX, or where none is known yet."""
    if settings.pbxs and not started(settings.home):
        return well("docker", "not needed: no PBX was started from this home")
    try:
        answer = await docker("version", "--format", "{{.Server.Version}}")
    except DialerError as error:
        return from_error("docker", error)
    if answer.status:
        return wrong("docker", answer.last_line, "start Docker (docker/engine.sh installs and starts it)")
    return well("docker", answer.output.strip())


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
            condition = await service.suite.readiness.check()
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


def doctor(as_json: JsonOption = False) -> None:
    """Look at everything, change nothing. Exit 1 where something is wrong."""
    findings = asyncio.run(_examine())
    ok = all(finding.ok for finding in findings)
    if as_json:
        print_json(DoctorView(ok=ok, checks=tuple(map(CheckView.mirror, findings))))
    else:
        for finding in findings:
            _show(finding)
    if not ok:
        raise typer.Exit(FAILED)


async def _examine() -> list[CheckResult]:
    """Examine everything, and with wrong settings every part that does not depend on them."""
    now = SystemClock().now()
    findings = [*check_tools(), check_zones(now)]
    try:
        settings = read_settings()
    except BadSettings as error:
        return [from_error("settings", error), *findings]
    return [well("settings", "read"), *findings, *await _examine_parts(settings)]


async def _examine_parts(settings: Settings) -> list[CheckResult]:
    now = SystemClock().now()
    findings = [*check_home(settings), await check_database(settings), check_packs(settings)]
    secrets = [*check_secrets(settings)]
    if all(finding.ok for finding in findings):
        findings += [finding async for finding in check_upkeep(settings)]
    findings.append(await check_engine(settings))
    # Logging in to a PBX opens the whole program, which needs home and database: their own findings
    # say more.
    if all(finding.ok for finding in findings):
        findings += [finding async for finding in check_pbxs(settings)]
    return [*findings, *secrets, *check_trunks(settings, now)]


def _show(finding: CheckResult) -> None:
    mark = "ok   " if finding.ok else "WRONG"
    mend = f"; {finding.mend}" if finding.mend else ""
    console.print(f"{mark} {finding.check}: {finding.detail}{mend}", markup=False, soft_wrap=True)
