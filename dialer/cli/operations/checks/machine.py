"""The machine: the programs we call, the container engine, the time zone data."""

import shutil
from collections.abc import Iterator
from datetime import datetime

from dialer.adapters.pbx.engine import docker
from dialer.adapters.zone_data import demand_zone_data
from dialer.cli.operations.checks.finding import CheckResult, from_error, well, wrong
from dialer.domain.base.errors import DialerError
from dialer.settings import Settings


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
    """Check Docker. It matters only where a PBX runs on this machine or none runs yet."""
    started_here = list(settings.home.glob("pbx/*/dialer.toml"))
    if settings.pbxs and not started_here:
        return well("docker", "not needed: every PBX is another machine's")
    try:
        answer = await docker("version", "--format", "{{.Server.Version}}")
    except DialerError as error:
        return from_error("docker", error)
    if answer.status:
        return wrong("docker", answer.last_line, "start Docker (docker/engine.sh installs and starts it)")
    return well("docker", answer.output.strip())
