"""CONTRIBUTING leads to every room, and names targets of the Makefile."""

import re
from pathlib import Path

from tests.docs.citations import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
IN_CODE = re.findall(r"`([^`\n]+)`", TEXT)
PLACES = {
    word
    for code in IN_CODE
    for word in code.split()
    if re.match(r"(dialer|dialplans|docker|docs|tests)\b", word)
}
TARGETS = set(re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def rooms(layer: str) -> set[str]:
    return {str(path.parent.relative_to(ROOT)) for path in (ROOT / "dialer" / layer).glob("*/__init__.py")}


def test_it_leads_to_every_room() -> None:
    assert (rooms("domain") | rooms("services")) - PLACES == set()


def test_the_commands_it_names_are_there() -> None:
    made = {code.split()[1] for code in IN_CODE if code.startswith("make ")}
    assert made - {target for line in TARGETS for target in line.split()} == set()
    assert Path(ROOT, ".ci/run").stat().st_mode & 0o111
