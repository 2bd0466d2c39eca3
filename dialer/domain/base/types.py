"""Ids that every subject shares, and text that stands where a code may."""

from enum import StrEnum
from typing import NewType, TypeVar

ContactId = NewType("ContactId", int)
ImportId = NewType("ImportId", str)
"""`i` and twelve hexadecimal digits."""
PhoneNumber = NewType("PhoneNumber", str)
"""Canonical E.164 with its plus: the one spelling that is stored, compared and dialled."""
Fingerprint = NewType("Fingerprint", str)
"""HMAC-SHA256 of a `PhoneNumber` under the installation's key, 64 hexadecimal digits.

A plain SHA-256 would be no pseudonym (docs/decisions.md#fingerprints).
"""
HaltId = NewType("HaltId", str)
"""32 hexadecimal digits."""
CampaignId = NewType("CampaignId", str)
"""`c` and twelve hexadecimal digits."""
AttemptId = NewType("AttemptId", str)
"""32 hexadecimal digits; also the Linkedid of every channel and event of its call."""
ProbeId = NewType("ProbeId", str)
"""32 lower-case hexadecimal digits."""
FreeText = NewType("FreeText", str)
"""Text in the place of a code: words of a PBX or of an error, or a code that only another version
of this program knows. It is shown as stored; nothing is decided by it.
"""

Code = TypeVar("Code", bound=StrEnum)


def code_or_text(stored: str, codes: type[Code]) -> Code | FreeText:
    """Return the code that `stored` is, or else the text itself."""
    try:
        return codes(stored)
    except ValueError:
        return FreeText(stored)
