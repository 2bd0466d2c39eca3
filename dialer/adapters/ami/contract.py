"""The contract with an Asterisk, checked at every login: version, rights, gate, dialplan. Pure.

Its dialplan is read from the answer to ShowDialPlan. A line that our files cannot have made is a
fault.
"""

import re
from collections.abc import Iterable

from dialer.adapters.ami.translate import Malformed, text
from dialer.adapters.ami.wire import Action, ContractBroken, Headers, Reply
from dialer.dialplan_checker.model import ChannelPosition, Dialplan, DialplanFault, Step, dialplan_of
from dialer.dialplan_checker.reading import Unreadable, check_extension

SHOW_DIALPLAN: Action = {"Action": "ShowDialPlan"}
FILES = "pbx_config"
"""Asterisk's name for the module that reads extensions.conf."""


def dialplan_in(rows: Iterable[Headers]) -> Dialplan:
    """Read a dialplan from ListDialplan events. Never raise: see `Dialplan.faults`."""
    steps: list[Step] = []
    faults: list[DialplanFault] = []
    for row in rows:
        try:
            steps.append(_step(row))
        except (Malformed, Unreadable) as error:
            faults.append(DialplanFault(str(row.get("context", "the PBX")), f"not understood: {error}"))
    return dialplan_of(steps, faults)


def _step(row: Headers) -> Step:
    for kind in ("includecontext", "switch", "ignorepattern"):
        if kind in row:
            raise Malformed(f"{kind} {row[kind]}")
    if text(row, "registrar") != FILES:
        raise Malformed(f"made by {text(row, 'registrar')}, not by the files")
    priority = text(row, "priority")
    if not priority.isdecimal():
        raise Malformed(f"priority {priority}")
    place = ChannelPosition(text(row, "context"), text(row, "extension"), int(priority))
    check_extension(place.exten)
    label = text(row, "extensionlabel") if "extensionlabel" in row else ""
    arguments = text(row, "appdata") if "appdata" in row else ""
    return Step(place, label, text(row, "application"), arguments.strip(), str(place))


MIN_VERSION = 22
"""The first version with everything our dialplan uses.

`ChannelId` as Linkedid, `eventfilter(...)`, DBGetTree and `ControlPlayback`'s offset.
"""
ACTIONS = (
    "CoreShowChannels",
    "DBDel",
    "DBGet",
    "DBGetTree",
    "DBPut",
    "Getvar",
    "Hangup",
    "Originate",
    "Ping",
    "ShowDialPlan",
)
GATE_CONTEXT = "dialer-permit"
_VERSION = re.compile(r"(?:[A-Za-z-]+[-/])?([0-9]+)\..*")


def check_version(settings: Reply) -> None:
    """Check the version. `settings` answers CoreSettings. Refuse a version that cannot be read."""
    version = settings.fields.get("asteriskversion", "")
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if found is None or int(found[1]) < MIN_VERSION:
        raise ContractBroken(
            f"the PBX says it is Asterisk {version or '(nothing)'}",
            hint=f"Asterisk {MIN_VERSION} or later is needed",
        )


def check_rights(commands: Reply) -> None:
    """Check the AMI user's rights. `commands` answers ListCommands, which names only those."""
    missing = [action for action in ACTIONS if action.lower() not in commands.fields]
    if missing:
        raise ContractBroken(
            f"the AMI user may not {', '.join(missing)}",
            hint="give it write = originate,reporting,system in manager.conf",
        )


def check_gate(dialplan: Reply) -> None:
    """Check that the gate is there: without it there is no second lock, and no call.

    `dialplan` answers ShowDialPlan for `GATE_CONTEXT`.
    """
    if not dialplan.success:
        raise ContractBroken(
            f"the PBX has no context {GATE_CONTEXT} ({dialplan.message})",
            hint="load this version's dialplans/",
        )


def check_dialplan(listing: Reply, approved: str) -> None:
    """Check that the PBX runs the approved dialplan, to the letter.

    `listing` answers ShowDialPlan for all contexts. `approved` is the hash of the approved one.
    """
    found = dialplan_in(listing.items)
    if found.hash != approved:
        raise ContractBroken(
            f"the PBX runs another dialplan ({found.hash[:12]}) than the approved one ({approved[:12]})",
            hint="`dialer dialplan verify --pbx NAME` shows it; start the PBX again from this version",
        )
