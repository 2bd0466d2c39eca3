"""The whole machine: its state, the emergency stop, the end of a stop."""

from dialer.api.http.answers import JsonAnswer
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get, post
from dialer.api.http.wire import Nothing, Reason
from dialer.domain.access.roles import Right
from dialer.views.halt import HaltView
from dialer.views.system import SystemView

BY_DEFAULT = "halted over HTTP"


async def show(asked: Asked[Nothing, Nothing]) -> SystemView:
    return SystemView.of(await asked.suite.system.state(asked.actor))


async def halt(asked: Asked[Nothing, Reason]) -> HaltView:
    return HaltView.of(await asked.suite.halting.halt(asked.actor, asked.body.reason or BY_DEFAULT))


async def unhalt(asked: Asked[Nothing, Reason]) -> HaltView:
    return HaltView.of(await asked.suite.halting.unhalt(asked.actor, asked.body.reason))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/system",
        "Show the state of the machine.",
        (Right.READ_SYSTEM,),
        Nothing,
        SystemView,
        show,
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
    post(
        "/v1/system/unhalt",
        "End a halt. It needs a reason.",
        (Right.UNHALT,),
        JsonBody(Reason),
        JsonAnswer(HaltView),
        unhalt,
    ),
)
