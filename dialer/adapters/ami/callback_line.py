"""The call-back line in the PBX's memory: its settings, and oppositions made there. Pure.

The dialplan's side is dialplans/95-inbound.conf.
"""

import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from dialer.adapters.ami.astdb import DOWN, OPPOSED, put
from dialer.adapters.ami.originate import NEVER, SHAPES, require
from dialer.adapters.ami.translate import Malformed, PbxTime, Unusable, matching, text
from dialer.adapters.ami.wire import Action, Headers
from dialer.ports.telephony import Line, LineObjection

LINE = "dialer-line"
SILENCE = "dialer-silence"
HIDDEN = "hidden"
SALT = 3
"""Digits before the number: the last three of the moment, so that like numbers look unlike."""
_OURS = re.compile(r"[0-9]{6,15}")
_KEY = re.compile(rf"/{OPPOSED}/(line-[0-9A-Za-z.-]+)")
_VALUE = re.compile(r"([0-9]{13})\|([0-9A-Za-z+/=]+)\|([0-9a-f]{16})")


def is_line_entry(row: Headers) -> bool:
    """Return True where an entry of the oppositions' outbox came from a caller of the line."""
    return _KEY.fullmatch(text(row, "key")) is not None


def describe_line(lines: Iterable[Line], pbx_time: PbxTime) -> Iterator[Action]:
    """Yield the actions that write `lines`.

    Raise `UnsafeValue` for one that the dialplan cannot read.
    """
    for line in lines:
        require("number", line.number, _OURS)
        require("script", line.script, SHAPES["DIALER_SCRIPT"])
        require("sponsor key", line.sponsor_key, SHAPES["DIALER_SPONSOR"])
        yield put(SILENCE, line.number, str(pbx_time.epoch(line.silent_from)) if line.silent_from else NEVER)
        yield put(LINE, line.number, f"{line.script}|{line.sponsor_key}")


def objections(rows: Iterable[Headers], key: str, pbx_time: PbxTime) -> Iterator[LineObjection | Unusable]:
    """Read oppositions of callers, one a call.

    Where a 9 came up as well, count its later record: it may hold a number that was typed.
    """
    said = {text(row, "key"): row for row in rows}
    for name, row in said.items():
        if name.removesuffix(DOWN) != name and name.removesuffix(DOWN) in said:
            continue
        try:
            yield _objection(row, key, pbx_time)
        except (Malformed, OverflowError) as error:
            yield Unusable(OPPOSED, str(error))


def _objection(row: Headers, key: str, pbx_time: PbxTime) -> LineObjection:
    found = _KEY.fullmatch(matching(row, "key", _KEY))
    value = _VALUE.fullmatch(matching(row, "val", _VALUE))
    assert found is not None
    assert value is not None
    number = None if value[2] == HIDDEN else decrypted(value[2], key)
    return LineObjection(found[1].removesuffix(DOWN), pbx_time.instant(int(value[1])), number, value[3])


def decrypted(secret: str, key: str) -> str:
    """Decrypt a number: AES-128 in ECB mode, zero-padded, base64 (Asterisk's AES_ENCRYPT).

    Raise `Malformed` where it is no number under this key.
    """
    try:
        # The only mode Asterisk has. Two blocks at most, and a reader able to compare them holds
        # the key as well.
        cipher = Cipher(AES(key.encode("ascii")), ECB()).decryptor()  # noqa: S305
        plain = (
            (cipher.update(b64decode(secret, validate=True)) + cipher.finalize())
            .rstrip(b"\0")
            .decode("ascii")
        )
    except (ValueError, BadBase64):
        raise Malformed("a number cannot be decrypted") from None
    if not plain.isdecimal():
        raise Malformed("a number cannot be decrypted with this PBX's key")
    return plain[SALT:]
