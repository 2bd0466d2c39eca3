"""dialer doctor: missing and wrong parts, and how to mend them."""

import asyncio

import typer

from dialer.adapters.clock import SystemClock
from dialer.cli.base.errors import FAILED
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_json
from dialer.cli.operations.checks.finding import CheckResult, from_error, well
from dialer.cli.operations.checks.home import check_home, check_secrets
from dialer.cli.operations.checks.machine import check_engine, check_tools, check_zones
from dialer.cli.operations.checks.parts import (
    check_database,
    check_packs,
    check_pbxs,
    check_trunks,
    check_upkeep,
)
from dialer.domain.base.errors import BadSettings
from dialer.settings import Settings, read_settings
from dialer.views.system import CheckView, DoctorView


def doctor(as_json: Json = False) -> None:
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
