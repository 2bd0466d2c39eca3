"""The manual's tables state each key, column, variable and route of the code, and no other."""

import re
import tomllib
from enum import StrEnum

import pytest
from pydantic import BaseModel

from dialer.api.app import ENDPOINTS
from dialer.cli.decision import COLUMNS as CASE_COLUMNS
from dialer.domain.access import Role
from dialer.domain.calls.attempt import Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import TRANSITIONS
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.script import PROMPT_OF_KEY, text_problems
from dialer.domain.campaigns.script_texts import WORDINGS
from dialer.domain.consent import Basis, ConsentAct, Mention, SourceClass
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.domain.upkeep import Topic
from dialer.inspection.sections import NEEDS, POINTS
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.services.consent.contact_import import COLUMNS as CONSENT_COLUMNS
from dialer.services.consent.contact_rows import CHANNELS, CONTACT_COLUMNS
from dialer.services.oppositions.suppression_import import OPPOSITION_COLUMNS
from dialer.settings import ConfigFile, Environment
from dialer.simulated_callees.personas import RANGES, Persona, persona_of
from tests.docs.citations import ROOT
from tests.docs.keys import keys_of
from tests.docs.samples import MANUAL, rows, samples

CAMPAIGN_FILE = MANUAL / "campaign-file.md"
CONTACT_FILE = MANUAL / "contact-file.md"
DIALER_TOML = MANUAL / "dialer-toml.md"
_CODE = re.compile(r"`([^`]*)`")


def stated(model: type[BaseModel]) -> dict[str, list[str]]:
    return {key.path: [key.kind, key.default, key.limits, key.example] for key in keys_of(model)}


def without_examples(table: dict[str, list[str]]) -> dict[str, list[str]]:
    """Drop the examples of a model that gives none: the page's sample shows them all at once."""
    assert not any(example for *_, example in table.values())
    return {key: cells[:-1] for key, cells in table.items()}


def facts(table: dict[str, list[str]]) -> dict[str, list[str]]:
    """Drop the prose, which must be there."""
    assert all(cells[-1] for cells in table.values())
    return {key: cells[:-1] for key, cells in table.items()}


def test_the_keys_of_the_campaign_file_are_those_that_it_takes() -> None:
    assert facts(rows(CAMPAIGN_FILE, "## Every key", "key")) == stated(CampaignDefinition)


def test_the_keys_of_dialer_toml_are_those_that_it_takes() -> None:
    assert facts(rows(DIALER_TOML, "## Every key", "key")) == without_examples(stated(ConfigFile))


def test_the_variables_are_those_that_are_read() -> None:
    variables = {
        f"DIALER_{name.upper()}": cells for name, cells in without_examples(stated(Environment)).items()
    }
    assert facts(rows(DIALER_TOML, "## Environment variables", "variable")) == variables


def test_the_whole_campaign_file_shows_every_key_but_those_of_other_profiles() -> None:
    (whole,) = (sample.text for sample in samples(CAMPAIGN_FILE) if sample.file == "campaign.toml")
    elsewhere = {"offer", "sector", "basis", "rule_pack_signoff.pack", "rule_pack_signoff.by"}
    elsewhere |= {"prompts", "prompts.file", "prompts.says"}
    for key in stated(CampaignDefinition).keys() - elsewhere:
        name = key.rpartition(".")[2]
        assert re.search(rf"^(# )?\[?{name}( =|\])", whole, re.MULTILINE), key


def test_the_whole_dialer_toml_shows_every_key() -> None:
    (whole,) = (sample.text for sample in samples(DIALER_TOML) if sample.file == "dialer.toml")
    for key in stated(ConfigFile):
        assert re.search(rf"\b{key.rpartition('.')[2]} =", whole), key


def test_the_prompts_are_those_of_the_call() -> None:
    assert list(rows(CAMPAIGN_FILE, "## Prompts", "prompt")) == list(PROMPT_OF_KEY)


@pytest.mark.parametrize(
    ("heading", "first", "columns"),
    [
        ("## Contacts", "column", CONTACT_COLUMNS),
        ("## Oppositions", "column", OPPOSITION_COLUMNS),
        ("## Questions for `dialer decide`", "column", CASE_COLUMNS),
    ],
)
def test_the_columns_are_those_that_are_read(heading: str, first: str, columns: frozenset[str]) -> None:
    assert rows(CONTACT_FILE, heading, first).keys() == columns


def test_consents_alone_have_the_columns_that_the_page_names() -> None:
    text = CONTACT_FILE.read_text("utf-8").partition("\n## Consents alone\n")[2]
    (said,) = (part for part in text.partition("\n## ")[0].split("\n\n") if part.startswith("Columns:"))
    of_contacts = rows(CONTACT_FILE, "## Contacts", "column")
    named = set(_CODE.findall(said.partition(".")[0])) | {
        column for column in of_contacts if column in CONSENT_COLUMNS
    }
    assert named == CONSENT_COLUMNS


@pytest.mark.parametrize(
    ("heading", "column", "values"),
    [
        ("## Contacts", "consent_channel", CHANNELS),
        ("## Contacts", "consent_act", ConsentAct),
        ("## Contacts", "consent_basis", Basis),
        ("## Contacts", "consent_mentions", Mention),
        ("## Oppositions", "channel", OppositionChannel),
    ],
)
def test_a_column_names_every_value_that_it_takes(
    heading: str, column: str, values: type[StrEnum] | tuple[str, ...]
) -> None:
    told = _CODE.findall(rows(CONTACT_FILE, heading, "column")[column][-1])
    assert set(values) <= set(told)
    assert len(told) - len(list(values)) <= 1


def test_the_classes_of_sources_are_those_that_are_taken() -> None:
    text = " ".join(CONTACT_FILE.read_text("utf-8").split())
    told = _CODE.findall(text.partition("`--source-class` is ")[2].partition(";")[0])
    assert told == list(SourceClass)


def test_the_routes_are_those_that_are_answered() -> None:
    told = rows(MANUAL / "api.md", "## Every route", "route").keys()
    assert told == {f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS}


def test_the_roles_the_events_and_the_results_are_those_that_there_are() -> None:
    assert rows(MANUAL / "operations.md", "## Who may do what", "role").keys() == set(Role)
    events = rows(MANUAL / "integrations.md", "## Webhooks", "event")
    assert {word for cell in events for word in re.findall(r"\w+", cell)} == set(Topic)
    record = rows(MANUAL / "evidence.md", "## A call's record", "field")
    assert _CODE.findall(record["result"][-1]) == list(Result)
    dialled = next(cells[-1] for fields, cells in record.items() if fields.startswith("dial_status"))
    assert _CODE.findall(dialled) == list(DialStatus)


def test_the_points_of_an_inspection_are_those_that_are_answered() -> None:
    points = rows(MANUAL / "inspection.md", "## The nineteen points", "point")
    assert {code: cells[-1] == "yes" for code, cells in points.items()} == {
        code: code in NEEDS for code in POINTS
    }


def test_the_chart_of_a_campaign_is_its_table_of_transitions() -> None:
    text = (MANUAL / "architecture.md").read_text("utf-8").partition("### A campaign\n")[2]
    arrows = re.findall(r"^ *(\w+) --> (\w+) : (\w+)$", text.partition("```\n")[0], re.MULTILINE)
    assert sorted(arrows) == sorted((source, target, verb) for (source, verb), target in TRANSITIONS.items())


def test_the_fictional_people_have_the_numbers_that_are_told() -> None:
    page = MANUAL / "operations.md"
    told = rows(page, "## The first start", "number")
    assert {number: persona_of(number) for number in told} == {
        number: Persona(who.strip("`")) for number, (who,) in told.items()
    }
    assert all(f"`{prefix}`" in page.read_text("utf-8") for prefix in RANGES)


def test_the_placeholders_are_those_that_are_filled_in() -> None:
    (whole,) = (sample.text for sample in samples(CAMPAIGN_FILE) if sample.file == "campaign.toml")
    told = rows(CAMPAIGN_FILE, "## Prompts", "placeholder").keys()
    assert text_problems(with_message(whole, "Bonjour {somebody}"), ScriptRules())
    for placeholder in told:
        assert not text_problems(with_message(whole, f"Bonjour {placeholder}"), ScriptRules())
    said = [
        text for wording in WORDINGS.values() for text in (wording.by_operator, *wording.prompts.values())
    ]
    assert {placeholder for text in said for placeholder in re.findall(r"{\w+}", text)} <= told


def with_message(whole: str, message: str) -> CampaignDefinition:
    told = tomllib.loads(whole) | {"operator": "Exemple", "prompts": {"message": message}}
    return parse_definition(told)


def test_every_path_of_the_map_is_there() -> None:
    text = (MANUAL / "architecture.md").read_text("utf-8")
    named = {path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path}
    assert len(named) > 40
    lost = {path for path in named if not any((root / path).exists() for root in (ROOT, ROOT / "dialer"))}
    assert lost == set()


def test_every_subject_has_a_room_in_the_domain_or_the_services() -> None:
    rooms = {
        path.stem
        for layer in ("domain", "services")
        for path in (ROOT / "dialer" / layer).iterdir()
        if not path.name.startswith("__")
    }
    assert rows(MANUAL / "architecture.md", "## One subject, one name", "subject").keys() == rooms


def test_what_lies_in_the_home_is_told() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "dialer").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r'\bhome / "([a-z]+)"', text)}
    assert len(named) > 10
    told = rows(DIALER_TOML, "## What lies in the home", "path")
    assert named <= {word for cell in told for word in re.findall(r"\w+", cell)}
