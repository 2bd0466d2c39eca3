"""The whole machine: its state and its health."""

from typing import Annotated, Literal, Self

from dialer.services.operations.readiness import Condition
from dialer.services.operations.system_state import SystemState
from dialer.views.base import AT, SHA256, Instant, View, about

PbxName = Annotated[str, about("Name of the PBX.", "pbx1")]


class HomeView(View):
    """A home that is ready."""

    home: Annotated[str, about("Path of the home.", "/var/lib/dialer")]
    admin_token: Annotated[
        str | None,
        about(
            "The first administrator's token, shown this once; null: made before, or not wanted.",
            "dlr_1f0c9b7e",
        ),
    ]


class SchemaView(View):
    """The schema of the database."""

    current: Annotated[Literal[True], about("Always true: it is that of this program.", True)]


class CheckView(View):
    """A part that was checked, and its state."""

    check: Annotated[str, about("What was looked at.", "database")]
    ok: Annotated[bool, about("Whether all is well with it.", True)]
    detail: Annotated[str, about("What was found, for people.", "its schema is current")]
    mend: Annotated[str, about("What to do where it is not; may be empty.", "")]


class DoctorView(View):
    """The state of every part that was checked."""

    ok: Annotated[bool, about("Whether all is well.", True)]
    checks: Annotated[tuple[CheckView, ...], about("Each thing, in order.")]


class RunningPbxView(View):
    """A started Asterisk, as recorded in the home."""

    name: PbxName
    container: Annotated[str, about("Name of its container.", "dialer-1f0c-pbx1")]
    image: Annotated[str, about("Its image.", "dialer-asterisk:20")]
    ami: Annotated[str, about("Address of AMI.", "127.0.0.1:5038")]
    sip: Annotated[str, about("Address of SIP, UDP.", "0.0.0.0:5060")]
    rtp: Annotated[str, about("UDP ports for sound.", "20000-22000")]
    trunks: Annotated[tuple[str, ...], about("Trunks it reaches.", ["default"])]
    config_hash: Annotated[str, about("Hash of its configuration, SHA-256.", SHA256)]
    dialplan_hash: Annotated[str, about("Hash of its dialplan, SHA-256.", SHA256)]


class PbxStatusView(View):
    """The state of an Asterisk: up, down or unwell."""

    name: PbxName
    state: Annotated[Literal["up", "down", "unwell"], about("Down: not started, or stopped.", "up")]
    detail: Annotated[str, about("Why it is not up; empty: it is.", "")]
    running: Annotated[RunningPbxView | None, about("What was started; null: nothing was.")]


class PbxDownView(View):
    """An Asterisk that was stopped."""

    name: PbxName
    state: Annotated[Literal["down"], about("Always the same word.", "down")]


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
