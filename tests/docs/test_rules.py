"""The pages of rules keep their promises: sources, places in the code, reason codes, citations.

Each rule has its source and its room, each reason code a place, and each rule that packs cite a
page.
"""

import re
import tomllib
from datetime import date

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.decision import rules
from dialer.domain.decision.record import PROJECT_RULE, Lifting, ReasonCode
from tests.docs.citations import ROOT
from tests.docs.pages import RULES, explicit

PACKS = ROOT / "dialer" / "rulepacks"
PROFILES = ("fr-political", "fr-commercial", "us-tcpa", "uk-pecr", "ca-adad")
_ENTRY = re.compile(
    r'^<a id="([A-Z]{2}-\d{2}b?)"></a>\n### (\S+) .+\n\*Source:\* (.+)\. \*Rooms:\* (.+)\.\n', re.MULTILINE
)
_ROOMS = re.compile(r"\*Rooms?:\* ([^.\n]+)")
_ROW = re.compile(r'^\| <a id="([A-Z_]+)"></a>[^|]*\|[^|]*\|([^|]*)\|', re.MULTILINE)
_WHOLE_ROW = re.compile(r'^\| <a id="([A-Z_]+)"></a>(.*) \|$', re.MULTILINE)
_CITED = re.compile(r"\b[A-Z]{2}-\d\d[b]?(?=\])|2\.10(?=`)")
_MARKS = re.compile(r"\(([SPTMGD](?:, [SPTMGD])*)\b")


def text_of(page: str) -> str:
    return (RULES / f"{page}.md").read_text("utf-8")


def rooms() -> set[str]:
    table = text_of("README").partition("## Rooms")[2].partition("## Ids")[0]
    return set(re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE)) - {"room"}


def test_each_rule_names_its_source_with_marks_and_its_rooms() -> None:
    for profile in PROFILES:
        entries = _ENTRY.findall(text_of(profile))
        assert [entry[0] for entry in entries] == [a for a in explicit(text_of(profile)) if a[0].isupper()]
        assert [entry for entry in entries if entry[0] != entry[1] or not _MARKS.search(entry[2])] == []


def test_each_room_that_a_page_names_is_in_the_table() -> None:
    known, strange = rooms(), set()
    for page in RULES.glob("*.md"):
        for named in _ROOMS.findall(page.read_text("utf-8")):
            if not named.startswith("none"):
                words = re.sub(r"\([^)]*\)", "", named.replace(", for all of them", "")).split(",")
                strange |= {(page.name, word.strip()) for word in words} - {
                    (page.name, room) for room in known
                }
    assert strange == set()


def test_each_room_is_in_the_house() -> None:
    """As a folder, or as a module, of the name that the pages use."""
    house = {path.stem for path in (ROOT / "dialer").rglob("*") if path.is_dir() or path.suffix == ".py"}
    assert rooms() - house - {path.name for path in ROOT.iterdir()} == set()


def test_each_profile_has_its_page() -> None:
    names = {tomllib.loads(pack.read_text("utf-8"))["name"] for pack in PACKS.glob("*.toml")}
    assert names == set(PROFILES)


def test_each_reason_code_has_its_line() -> None:
    assert set(explicit(text_of("reason-codes"))) == set(ReasonCode)


FATES = {Lifting.CALENDAR: "waits", Lifting.TIME: "asked again", Lifting.MACHINE: "stays due"}


def test_what_becomes_of_the_contact_is_what_lifts_the_refusal() -> None:
    told = {code: row.rpartition(" | ")[2] for code, row in _WHOLE_ROW.findall(text_of("reason-codes"))}
    assert told.pop(ReasonCode.BAD_REQUEST) == "-"
    expected = {
        code: FATES.get(code.lifted_by & ~Lifting.CONSENT, "closed") for code in map(ReasonCode, told)
    }
    assert {code: fate for code, fate in expected.items() if fate not in told[code]} == {}


def test_pages_name_the_packs_that_are_shipped() -> None:
    for path in PACKS.glob("*.toml"):
        pack = tomllib.loads(path.read_text("utf-8"))
        assert f"{pack['name']}@{pack['version']}" in text_of(pack["name"]), path.name


def test_what_belongs_to_no_rule_of_a_profile_has_its_place() -> None:
    assert PROJECT_RULE in explicit(text_of("readings"))


def test_each_reason_code_stands_beside_the_rules_of_the_political_pack() -> None:
    pack = load_packs().for_day("fr-political", date(2027, 2, 1))
    assert pack is not None
    expected: dict[str, set[str]] = {}
    for rule in rules.RULES:
        known = pack.rules[rule.name] if rule.name else PROJECT_RULE
        expected.setdefault(rule.code, set()).add(known)
    told = {
        code: {known for known in _CITED.findall(row) if not known.startswith("FC")}
        for code, row in _ROW.findall(text_of("reason-codes"))
    }
    assert {code: rules for code, rules in told.items() if rules} == expected
