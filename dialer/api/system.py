"""The whole machine: its state, the emergency stop and its end."""

from dataclasses import asdict

from pydantic import Field

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import JsonBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Nothing, Reason, Wire
from dialer.domain.access.roles import Right
from dialer.services.views.system import system_view

BY_DEFAULT = "halted over HTTP"


class PbxView(Wire):
    """`ready`: connected, with what happened meanwhile read back."""

    name: str
    ready: bool


class SystemView(Wire):
    halted: bool
    halt_reason: str
    halt_by: str
    halt_at: Instant | None
    pbxs: list[PbxView]
    calls: int = Field(description="Calls alive.")
    clock_trusted: bool
    now: Instant
    pretended_time: bool = Field(description="`now` is not the real time; loopback trunks only.")


class HaltView(Wire):
    """What the halt, or its end, reached. `unreachable`: by PBX, why. `recorded`: whether the database knows."""

    pbxs: list[str]
    unreachable: dict[str, str]
    recorded: bool


async def show(asked: Asked[Nothing, Nothing]) -> View:
    return system_view(await asked.suite.system.state(asked.actor))


async def halt(asked: Asked[Nothing, Reason]) -> View:
    return asdict(await asked.suite.halting.halt(asked.actor, asked.body.reason or BY_DEFAULT))


async def unhalt(asked: Asked[Nothing, Reason]) -> View:
    return asdict(await asked.suite.halting.unhalt(asked.actor, asked.body.reason))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/system",
        summary="Show the state of the machine.",
        rights=(Right.READ_SYSTEM,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(SystemView),
        handler=show,
    ),
    Endpoint(
        method="POST",
        path="/v1/system/halt",
        summary="Hang up every call and refuse new ones, on every PBX. Refused by nothing, not even by an unreadable body.",
        rights=(Right.HALT,),
        query=Nothing,
        body=JsonBody(Reason, optional=True, forgiving=True),
        answer=JsonAnswer(HaltView),
        handler=halt,
        urgent=True,
    ),
    Endpoint(
        method="POST",
        path="/v1/system/unhalt",
        summary="End a halt. It needs a reason.",
        rights=(Right.UNHALT,),
        query=Nothing,
        body=JsonBody(Reason),
        answer=JsonAnswer(HaltView),
        handler=unhalt,
    ),
)
