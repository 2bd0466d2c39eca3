"""Text for spreadsheets, with cells disarmed that a spreadsheet would run as a formula."""

import json
import re

_RUNS = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def cell(value: object) -> str:
    """Return the text of one CSV cell.

    Numbers stay as they are, telephone numbers too. A list becomes JSON, None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if _RUNS.search(text) and not _NUMBER.fullmatch(text) else text
