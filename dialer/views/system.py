"""The whole machine: its state and its health."""

from typing import Annotated, Literal, Self

from dialer.services.operations.readiness import Condition
from dialer.services.operations.system_state import SystemState
from dialer.views.base import AT, Instant, View, about


class PbxView(View):
    """A PBX, as the service sees it."""

    name: Annotated[str, about("Name of the PBX.", "pbx1")]
    ready: Annotated[bool, about("Whether it is connected, with what happened meanwhile read back.", True)]


class SystemView(View):
    """The state of the machine."""

    halted: Annotated[bool, about("Whether a halt is in force: no call can leave.", False)]
    halt_reason: Annotated[str, about("Why it was halted last; empty: never.", "")]
    halt_by: Annotated[str, about("Who halted it last; empty: nobody ever did.", "")]
    halt_at: Annotated[Instant | None, about("When it was halted last; null: never.", None, AT)]
    pbxs: Annotated[tuple[PbxView, ...], about("Every PBX that is configured.")]
    calls: Annotated[int, about("Calls alive.", 3)]
    clock_trusted: Annotated[bool, about("Whether the clock is known to be right.", True)]
    now: Annotated[Instant, about("The time of the service.", AT)]
    pretended_time: Annotated[bool, about("Whether `now` is not the real time; loopback trunks only.", False)]

    @classmethod
    def of(cls, state: SystemState) -> Self:
        halt = state.halt
        return cls(
            halted=halt.halted,
            halt_reason=halt.reason,
            halt_by=halt.by,
            halt_at=halt.at,
            pbxs=tuple(PbxView(name=name, ready=ready) for name, ready in state.pbxs.items()),
            calls=state.calls,
            clock_trusted=state.clock_trusted,
            now=state.now,
            pretended_time=state.pretended,
        )


class AliveView(View):
    """The process lives and its loop turns."""

    status: Annotated[Literal["alive"], about("Always the same word.", "alive")]


class PartView(View):
    """A part of the machine.

    It may be the database, the ledger, retention, the disk, the clock, a PBX, a side job or the
    event loop.
    """

    part: Annotated[str, about("Name of the part.", "database")]
    ok: Annotated[bool, about("Whether all is well with it.", True)]
    detail: Annotated[str, about("More about its state, for people.", "answers")]


class ReadyView(View):
    """Readiness to make calls. A part that is not `ok` need not stop calls."""

    status: Annotated[
        Literal["ready", "not ready"],
        about("Not ready: no call can be made although some are meant to.", "ready"),
    ]
    trouble: Annotated[tuple[str, ...], about("Why no call can be made, one line each.", [])]
    parts: Annotated[tuple[PartView, ...], about("Every part of the machine.")]

    @classmethod
    def of(cls, condition: Condition) -> Self:
        return cls(
            status="not ready" if condition.trouble else "ready",
            trouble=condition.trouble,
            parts=tuple(PartView(part=part.name, ok=part.ok, detail=part.detail) for part in condition.parts),
        )
