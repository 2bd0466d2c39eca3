"""Keys and values of the PBX's own memory (AstDB), and the actions that read and write them. Pure.

They are as dialplans/10-permit.conf uses them. Other modules read here, too, whether the PBX did a
single action, and make the hang-up that several of them send.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from dialer.adapters.ami import translate
from dialer.adapters.ami.originate import SHAPES, require
from dialer.adapters.ami.wire import Action, ActionRefused, Headers, Reply, legible
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import AttemptId, Fingerprint, HaltId
from dialer.domain.calls.call_events import Ended, Opposed
from dialer.domain.oppositions.suppression import PbxSuppression


def hangup(channel: str) -> Action:
    """Hang up `channel`: a name, a Uniqueid, or a regular expression between slashes."""
    return {"Action": "Hangup", "Channel": channel}


def callees_among(channels: Iterable[Headers]) -> list[Headers]:
    return [channel for channel in channels if str(channel.get("channel", "")).startswith(translate.CALLEE)]


def present(reply: Reply) -> bool:
    """Return True where the key asked for is there. Raise `ActionRefused` for any other refusal."""
    return reply.message != NOT_FOUND and succeeded(reply).success


def succeeded(reply: Reply) -> Reply:
    """Return `reply`. Raise `ActionRefused` where the PBX refused the action."""
    if not reply.success:
        raise ActionRefused(f"the PBX refuses: {reply.message}", hint="its log (docker logs) says more")
    return reply


HALT = "dialer-halt"
HALT_KEY = "all"
PAUSED = "dialer-paused"
SUPPRESSED = "dialer-suppressed"
EVERYBODY = "all"
USED = "dialer-used"
WITHHELD = "withheld"
OPPOSED = "dialer-opposed"
DOWN = "-down"
"""Suffix of the key of a 9 that went down (docker/asterisk/key-down.pl).

It stands beside the plain key, or alone where a hang-up cut the 9 off.
"""
ENDED = "dialer-ended"
MACHINE = "dialer-machine"
SPOKEN = "dialer-spoken"
OBJECTED = "dialer-objected"
MARK = "dialer-mark"
MARK_SHAPE = re.compile(r"[0-9a-f-]{1,64}")
CANARY = "dialer-canary"
CANARY_KEY = "written"
MENDED_KEY = "mended"
_HALT = re.compile(r"([0-9a-f]{32})\|(.*)")
_SUPPRESSION = re.compile(rf"/{SUPPRESSED}/({EVERYBODY}|[0-9a-f]{{16}})/([0-9a-f]{{64}})")
_WHOSE = re.compile(r"[^|]*\|([0-9a-f]{64})\|([0-9a-f]{16})")
PASSING = (USED, MACHINE, SPOKEN, OBJECTED, PAUSED)
"""Families whose values begin with the UNIX second from which they were of no more use."""
NOT_FOUND = "Database entry not found"
"""Asterisk's answer to DBGet of a missing key.

To DBDel it says the same whether the key is missing or the disk fails.
"""


def put(family: str, key: str, value: str) -> Action:
    return {"Action": "DBPut", "Family": family, "Key": key, "Val": value}


def get(family: str, key: str) -> Action:
    return {"Action": "DBGet", "Family": family, "Key": key}


def delete(family: str, key: str) -> Action:
    return {"Action": "DBDel", "Family": family, "Key": key}


def tree(family: str) -> Action:
    return {"Action": "DBGetTree", "Family": family}


def suppressed_family(entry: PbxSuppression) -> str:
    """Raise `UnsafeValue` for a key or fingerprint that the gate would never look up."""
    require("fingerprint", entry.fingerprint, SHAPES["DIALER_FINGERPRINT"])
    if entry.sponsor_key is not None:
        require("sponsor key", entry.sponsor_key, SHAPES["DIALER_SPONSOR"])
    return f"{SUPPRESSED}/{entry.sponsor_key or EVERYBODY}"


def suppressed_entries(rows: Iterable[Headers]) -> Iterator[PbxSuppression]:
    """Read the suppressions among `rows`.

    Skip rows of another shape: the gate never looks them up.
    """
    for row in rows:
        if found := _SUPPRESSION.fullmatch(translate.text(row, "key")):
            yield PbxSuppression(Fingerprint(found[2]), None if found[1] == EVERYBODY else found[1])


def marked(rows: Iterable[Headers]) -> str | None:
    """The mark in the answer to DBGet. None where its shape is not ours."""
    values = [translate.text(row, "val") for row in rows if "val" in row]
    return values[0] if values and MARK_SHAPE.fullmatch(values[0]) else None


def value_in(rows: Iterable[Headers]) -> str:
    """The value in the answer to DBGet."""
    return next((translate.text(row, "val") for row in rows if "val" in row), "")


def halt_text(halt: Halt) -> str:
    return f"{halt.id}|{legible(halt.reason)}"


def halt_flag(rows: Iterable[Headers]) -> HaltFlag:
    """Read the flag in the answer to DBGet.

    A flag of another shape counts as well: a person set it, or a program older than ids.
    """
    value = value_in(rows)
    found = _HALT.fullmatch(value)
    return HaltFlag(HaltId(found[1]), found[2]) if found else HaltFlag(None, value)


def opposed_entries(
    rows: Iterable[Headers], pbx_time: translate.PbxTime, now: datetime
) -> Iterator[Opposed | translate.Unusable]:
    """Read oppositions: `<UNIX ms>|<fingerprint>|<sponsor key>` under the attempt id.

    Most stand there twice. Date one `now` where its time cannot be read.
    """
    for row in rows:
        try:
            milliseconds = {"at": translate.text(row, "val").partition("|")[0]}
            said = {"key": translate.text(row, "key").removesuffix(DOWN)}
            yield Opposed(
                attempt_of(said, OPPOSED),
                translate.opposed_at(milliseconds, pbx_time, now),
                suppression_in(translate.text(row, "val")),
            )
        except translate.Malformed as error:
            yield translate.Unusable(OPPOSED, str(error))


def suppression_in(value: str) -> PbxSuppression | None:
    """Read whom an opposition locks.

    None where that cannot be read: the attempt's record says it, too.
    """
    found = _WHOSE.fullmatch(value)
    return PbxSuppression(Fingerprint(found[1]), found[2]) if found else None


def ended_entries(
    rows: Iterable[Headers], pbx_time: translate.PbxTime
) -> Iterator[Ended | translate.Unusable]:
    """Read ends: fields of the DialerEnded event, `Name: value` joined by commas, by attempt id."""
    for row in rows:
        try:
            fields = dict(named(part) for part in translate.text(row, "val").split(","))
            yield translate.ended(attempt_of(row, ENDED), fields, pbx_time)
        except (translate.Malformed, OverflowError) as error:
            yield translate.Unusable(ENDED, str(error))


def withhold(attempt_id: AttemptId, now: int) -> Action:
    """Mark an attempt as used, so that the gate refuses it.

    The gate's own mark is a second alone. Ours says that no INVITE had left.
    """
    return put(USED, attempt_id, f"{now}|{WITHHELD}")


def unused(mark: Reply) -> bool:
    """Return True where the gate had not let the attempt pass. `mark` answers DBGet of its mark."""
    return mark.message == NOT_FOUND or any(
        translate.text(row, "val").endswith(f"|{WITHHELD}") for row in mark.items if "val" in row
    )


def expired(rows: Iterable[Headers], before: int) -> Iterator[str]:
    """Yield the keys of rows whose value begins with a UNIX second earlier than `before`.

    Rows without such a second stay for a person to look at.
    """
    for row in rows:
        _, _, key = translate.text(row, "key").rpartition("/")
        value = translate.text(row, "val").partition("|")[0]
        if value.isdecimal() and int(value) < before:
            yield key


def named(part: str) -> tuple[str, str]:
    name, _, value = part.partition(":")
    return name.strip().lower(), value.strip()


def attempt_of(row: Headers, family: str) -> AttemptId:
    """Read the attempt of a row that DBGetTree names `/family/key`.

    Raise `Malformed` for another family.
    """
    head, _, key = translate.text(row, "key").rpartition("/")
    if head != f"/{family}":
        raise translate.Malformed("key is of another family")
    return AttemptId(translate.matching({"key": key}, "key", translate.ATTEMPT_ID))
