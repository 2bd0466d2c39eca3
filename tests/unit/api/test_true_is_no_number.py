"""A truth value is no number, in the campaign file and in the settings."""

from pathlib import Path

import pytest

from dialer.domain.base.errors import BadSettings, InvalidInput
from dialer.domain.base.key_paths import values_by_path
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.settings import settings_of
from tests.samples.campaigns import definition

TRUNK = """[[pbx]]
name = "pbx1"
ami = "127.0.0.1:5038"
secret_file = "s"
[[trunk]]
pbx = ["pbx1"]
host = "127.0.0.1:5060"
max_concurrent = {value}
"""


def test_every_leaf_is_told_with_its_path() -> None:
    assert dict(values_by_path({"a": {"b": [1, {"c": True}]}, "d": 2})) == {
        "a.b.0": 1,
        "a.b.1.c": True,
        "d": 2,
    }


@pytest.mark.parametrize(
    "section", ["pacing.max_concurrent", "pacing.calls_per_second", "call.ring_timeout_s"]
)
def test_true_is_no_number_of_a_campaign(section: str) -> None:
    table, _, key = section.partition(".")
    given = definition().model_dump(mode="json", exclude_none=True)
    parse_definition(given)
    with pytest.raises(InvalidInput) as refused:
        parse_definition(given | {table: {key: True}})
    assert section in str(refused.value)


def test_true_is_no_number_of_the_settings(tmp_path: Path) -> None:
    settings = tmp_path / "dialer.toml"
    settings.write_text(TRUNK.format(value=5))
    assert settings_of(tmp_path).trunks[0].max_concurrent == 5
    settings.write_text(TRUNK.format(value="true"))
    with pytest.raises(BadSettings, match="max_concurrent is true"):
        settings_of(tmp_path)
