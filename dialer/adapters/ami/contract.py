"""The contract with an Asterisk, checked at every login. Pure."""

import re

from dialer.adapters.ami.connection.errors import ContractBroken
from dialer.adapters.ami.connection.listing import dialplan_in
from dialer.adapters.ami.connection.wire import Reply

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
