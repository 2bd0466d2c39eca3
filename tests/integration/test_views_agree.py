"""The same noun is the same JSON at the command line and over HTTP."""

import asyncio
from typing import Any

from aiohttp import ClientSession

from dialer.bootstrap import open_service
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.settings import read_settings
from tests.integration.api.client import served
from tests.integration.command import Command

AT = "2027-02-01T10:30:00+01:00"
NUMBER = "+33199000001"
FLEETING = {"from", "next_run_at"}
"""Fields that follow the clock."""


def test_the_command_line_shows_what_the_api_answers(bare: Command, called: str) -> None:
    dialer = bare
    attempt = dialer.must("calls", "list", "--campaign", called)["items"][0]["attempt_id"]
    dialer.must("suppressions", "add", NUMBER, "--channel", "letter", "--note", "by post")
    commands = {
        "/v1/campaigns": ("campaign", "list"),
        f"/v1/campaigns/{called}": ("campaign", "show", called),
        f"/v1/campaigns/{called}/progress": ("campaign", "progress", called),
        f"/v1/campaigns/{called}/preflight": ("campaign", "preflight", called),
        f"/v1/campaigns/{called}/probes": ("probe", "list", called),
        "/v1/calls": ("calls", "list"),
        f"/v1/calls/{attempt}": ("calls", "show", attempt),
        f"/v1/subjects/{NUMBER}": ("subject", "export", NUMBER),
        f"/v1/suppressions/check?phone_number=%2B{NUMBER[1:]}": ("suppressions", "check", NUMBER),
        "/v1/suppressions/lists": ("suppressions", "lists"),
        "/v1/retention": ("retention", "status"),
    }
    at_the_command_line = {path: lasting(dialer.must(*words)) for path, words in commands.items()}
    decided = dialer.must("decide", "--campaign", called, "--number", NUMBER, "--at", AT)
    over_http, answered = asyncio.run(asked(list(commands), called))
    assert at_the_command_line == over_http
    assert answered == decided


def lasting(document: Any) -> Any:
    return {name: value for name, value in document.items() if name not in FLEETING}


async def asked(paths: list[str], campaign: str) -> tuple[dict[str, Any], Any]:
    """Ask a service on the same home for each path, and for one decision."""
    async with open_service(read_settings()) as service:
        token = await service.suite.tokens.create(LOCAL_ADMINISTRATOR, "reader", Role.ADMIN)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            served(service) as port,
            ClientSession(f"http://127.0.0.1:{port}", headers=headers) as client,
        ):
            found = {}
            for path in paths:
                async with client.get(path) as answer:
                    found[path] = lasting(await answer.json())
            question = {"campaign": campaign, "phone_number": NUMBER, "at": AT}
            async with client.post("/v1/decisions", json=question) as answer:
                return found, await answer.json()
