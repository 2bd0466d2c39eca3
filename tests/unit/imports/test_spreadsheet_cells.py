"""Cells of an export: text that a spreadsheet would run is made harmless."""

import pytest

from dialer.views.calls import cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\n1",
        "+33*****01",
        "\uff1d1",
        "--1",
        "-",
        "+1\n",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["+33199000001", "-5", "-0.5", "0199000001", "a=b", "", "Municipales - 2027", "'=1"]
)
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_what_is_no_text_keeps_its_meaning() -> None:
    assert cell(None) == ""
    assert cell(-3) == "-3"
    assert cell([{"key": "é"}]) == '[{"key": "é"}]'
