"""Free text, fit for a ledger that may never hold a phone number: people write numbers anywhere."""

import re

# Eight digits, however they are set apart: the shortest numbers with a country code. Dates go, too, which is the safe side.
_NUMBER = re.compile(r"\+?\d(?:[^\w\n]{0,3}\d){7,}")
REDACTED = "[number]"


def redacted(text: str) -> str:
    return _NUMBER.sub(REDACTED, text)


def redacted_or_none(text: str | None) -> str | None:
    return None if text is None else redacted(text)
