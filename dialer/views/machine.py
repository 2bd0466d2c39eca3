"""The parts of a single machine: its home, its checks, its Asterisk. At the command line only."""

from typing import Annotated, Literal

from dialer.views.base import SHA256, View, about

PbxName = Annotated[str, about("Name of the PBX.", "pbx1")]


class HomeView(View):
    """A home that is ready."""

    home: Annotated[str, about("Path of the home.", "/var/lib/dialer")]
    admin_token: Annotated[
        str | None,
        about("The first administrator's token, shown this once; null: made before.", "dlr_1f0c9b7e"),
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
