"""The ids that everything is known by."""

from typing import NewType

ContactId = NewType("ContactId", int)
ImportId = NewType("ImportId", str)
"""`i` and twelve hexadecimal digits."""
PhoneNumber = NewType("PhoneNumber", str)
"""Canonical E.164 with its plus: the one spelling that is stored, compared and dialled."""
Fingerprint = NewType("Fingerprint", str)
"""HMAC-SHA256 of a `PhoneNumber` under the installation's key, 64 hexadecimal digits (rules: plain SHA-256 is no pseudonym)."""
HaltId = NewType("HaltId", str)
"""Thirty-two hexadecimal digits."""
CampaignId = NewType("CampaignId", str)
"""`c` and twelve hexadecimal digits."""
AttemptId = NewType("AttemptId", str)
"""Thirty-two hexadecimal digits; also the Linkedid of every channel and event of its call."""
ProbeId = NewType("ProbeId", str)
"""32 lower-case hexadecimal digits."""
