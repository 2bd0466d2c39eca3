"""Redaction of free text: people write phone numbers anywhere, and the ledger may hold none."""

import re

# Eight digits, however they are separated: the shortest numbers with a country code. Dates go, too,
# which is the safe side.
_NUMBER = re.compile(r"\+?\d(?:[^\w\n]{0,3}\d){7,}")
REDACTED = "[number]"


def redacted(text: str) -> str:
    return _NUMBER.sub(REDACTED, text)


def redacted_or_none(text: str | None) -> str | None:
    return None if text is None else redacted(text)
