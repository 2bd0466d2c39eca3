"""Every sample of the manual is accepted by its reader. `test_sessions.py` runs the commands."""

import configparser
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.webhook_sender import signature
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.settings import ConfigFile
from tests.docs.pages import pages as every_page
from tests.docs.samples import MANUAL, README, Sample, pages, samples
from tests.docs.words import commands, demand_understood, spoken, unknown

ALL = [sample for page in pages() for sample in samples(page)]
LANGUAGES = {"", "csv", "diff", "ini", "json", "mermaid", "python", "sh", "toml"}


def ids(sample: Sample) -> str:
    return sample.where


def test_the_readme_is_read_in_one_go() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 100


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_speaks_languages_that_are_tried(page: Path) -> None:
    assert {sample.language for sample in samples(page)} <= LANGUAGES


@pytest.mark.parametrize("sample", [sample for sample in ALL if sample.language == "sh"], ids=ids)
def test_the_commands_of_a_sample_are_understood(sample: Sample) -> None:
    for words in commands(sample.text):
        demand_understood(words)


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.name)
def test_the_commands_in_a_sentence_are_known(page: Path) -> None:
    told = list(spoken(page.read_text("utf-8")))
    assert [" ".join(words) for words in told if unknown(words)] == []


@pytest.mark.parametrize("sample", [sample for sample in ALL if sample.language == "toml"], ids=ids)
def test_a_toml_sample_is_taken_by_what_reads_it(sample: Sample) -> None:
    told = tomllib.loads(sample.text)
    match sample.file or sample.part:
        case "campaign.toml":
            parse_definition(whole_campaign() | told if sample.part else told)
        case "dialer.toml":
            ConfigFile.model_validate(told)
        case name:
            pytest.fail(f"nothing reads {name}")


def whole_campaign() -> dict[str, Any]:
    page = samples(MANUAL / "campaign-file.md")
    (whole,) = (sample for sample in page if sample.file == "campaign.toml")
    return tomllib.loads(whole.text)


@pytest.mark.parametrize("sample", [sample for sample in ALL if sample.language == "json"], ids=ids)
def test_a_json_sample_is_a_campaign(sample: Sample) -> None:
    parse_definition(json.loads(sample.text))


def test_the_unit_starts_the_service_as_it_takes_it() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read_string(text_of("operations.md", "dialer.service"))
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/bin/dialer")
    demand_understood(words)
    name, _, home = unit["Service"]["Environment"].partition("=")
    assert (name, home) == ("DIALER_HOME", unit["Service"]["ReadWritePaths"])


def test_the_check_of_a_signature_tells_ours_from_others() -> None:
    (sample,) = (one for one in samples(MANUAL / "integrations.md") if one.language == "python")
    names: dict[str, Any] = {}
    exec(compile(sample.text, sample.where, "exec"), names)
    genuine, secret, body = names["genuine"], b"s" * 32, b'{"id": "1"}'
    header = signature(secret, 1_000, body)
    assert genuine(header, body, secret, 1_200)
    assert not genuine(header, body + b" ", secret, 1_200)
    assert not genuine(header, body, b"t" * 32, 1_200)
    assert not genuine(header, body, secret, 2_000)


def text_of(page: str, file: str) -> str:
    (sample,) = (one for one in samples(MANUAL / page) if one.file == file)
    return sample.text
