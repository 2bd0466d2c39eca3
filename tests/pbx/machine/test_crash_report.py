"""The report of a failure names a container that crashed beside it."""

import time

from dialer.adapters.pbx.container import docker
from tests.harness.crashes import crashes
from tests.pbx.conftest import Pbx


async def test_only_a_container_of_ours_that_ended_by_its_own_fault_is_told(pbx: Pbx) -> None:
    image = (
        await docker("container", "inspect", "--format", "{{.Config.Image}}", pbx.spec.container)
    ).output.strip()
    began = int(time.time())
    for name, label, status in (
        ("ours", "dialer.home", 139),
        ("stopped", "dialer.home", 137),
        ("theirs", "x", 139),
    ):
        words = (
            "run",
            "--rm",
            "--network",
            "none",
            "--name",
            f"dialer-crash-{name}",
            "--label",
            f"{label}=x",
        )
        answer = await docker(*words, "--entrypoint", "/bin/sh", image, "-c", f"exit {status}")
        assert answer.status == status, answer.complaint
    assert crashes(began) == ["139 dialer-crash-ours"]
