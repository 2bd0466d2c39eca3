"""The answer to ShowDialPlan, as a dialplan. Pure.

A line that our files cannot have made is a fault.
"""

from collections.abc import Iterable

from dialer.adapters.ami.connection.wire import Action, Fields
from dialer.adapters.ami.events.report import Malformed, text
from dialer.dialplan_checker.model import ChannelPosition, Dialplan, DialplanFault, Step, dialplan_of
from dialer.dialplan_checker.reading.parse import Unreadable, check_extension

SHOW_DIALPLAN: Action = {"Action": "ShowDialPlan"}
FILES = "pbx_config"
"""Asterisk's name for the module that reads extensions.conf."""


def dialplan_in(rows: Iterable[Fields]) -> Dialplan:
    """Read a dialplan from ListDialplan events. Never raise: see `Dialplan.faults`."""
    steps: list[Step] = []
    faults: list[DialplanFault] = []
    for row in rows:
        try:
            steps.append(_step(row))
        except (Malformed, Unreadable) as error:
            faults.append(DialplanFault(str(row.get("context", "the PBX")), f"not understood: {error}"))
    return dialplan_of(steps, faults)


def _step(row: Fields) -> Step:
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
