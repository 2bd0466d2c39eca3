"""Cases T072 to T085: one key for every spelling, and numbers that are never dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.base.types import PhoneNumber
from dialer.domain.numbers.phone import PhoneError, every_reading, parse_phone
from tests.unit.decision.rule_samples import campaign, codes, consent, paris

T072 = [
    "0612345678",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "06-12-34-56-78",
    "06/12/34/56/78",
    "(06) 12 34 56 78",
    "+33612345678",
    "0033612345678",
    "00 33 6 12 34 56 78",
    "33612345678",
    "+33 (0)6 12 34 56 78",
    "0033 (0)6 12 34 56 78",
    "+330612345678",
    "tel:+33-6-12-34-56-78",
    "TEL:+33612345678",
    "06\u00a012\u202f34\u200956\u300078",
    "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
    "\uff0b\uff13\uff13612345678",
    "\u202a06 12 34 56 78\u202c",
    "\u200e+33\u200b612345678\ufeff",
    "06\u201012\u201034\u201156\u201378",
    "  0612345678  ",
    "06\t12 34 56 78",
]


@pytest.mark.parametrize("raw", T072, ids=[f"T072-{index}" for index in range(len(T072))])
def test_every_spelling_gives_one_key(raw: str) -> None:
    assert parse_phone(raw) == "+33612345678"
    assert every_reading(raw) == ("+33612345678",)


SEPARATORS = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f", "\u200e", "\u2011", "  "])


@given(
    prefix=st.sampled_from(["0", "+33", "0033", "33", "+33 (0)", "tel:+33-"]),
    digits=st.from_regex(
        r"[1-35][0-57-9][1-5][0-9]{6}|6[0-24-8][0-9]{7}|7[3-9][0-9]{7}", fullmatch=True
    ).filter(lambda digits: not digits.startswith(("262", "263", "268", "269", "508", "59", "26", "29"))),
    marks=st.lists(SEPARATORS, min_size=9, max_size=9),
)
def test_any_mixture_of_separators_gives_one_key(prefix: str, digits: str, marks: list[str]) -> None:
    written = prefix + "".join(digit + mark for digit, mark in zip(digits, marks, strict=True))
    assert parse_phone(written) == f"+33{digits}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0692123456", "+262692123456"),
        ("0693123456", "+262693123456"),
        ("0639123456", "+262639123456"),
        ("0690123456", "+590690123456"),
        ("0691123456", "+590691123456"),
        ("0694123456", "+594694123456"),
        ("0696123456", "+596696123456"),
        ("0697123456", "+596697123456"),
        ("0262123456", "+262262123456"),
        ("0269123456", "+262269123456"),
        ("0590123456", "+590590123456"),
        ("0594123456", "+594594123456"),
        ("0596123456", "+596596123456"),
        ("0508412345", "+508412345"),
        ("+262 (0)692 12 34 56", "+262692123456"),
        ("00262692123456", "+262692123456"),
        ("+689 87 12 34 56", "+68987123456"),
        ("+687 25 12 34", "+687251234"),
        ("0947900001", "+262947900001"),
    ],
)
def test_overseas_forms_get_their_own_country_code(raw: str, expected: str) -> None:
    """T077."""
    assert parse_phone(raw) == expected


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("(212) 555-0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("011 33 6 12 34 56 78", "US", "+33612345678"),
        ("416-555-0123", "CA", "+14165550123"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "GB", "+442079460018"),
    ],
)
def test_other_regions_have_their_own_national_forms(raw: str, region: str, expected: str) -> None:
    assert parse_phone(raw, region=region) == expected


INVALID = {
    "T073-letter-o": "O612345678",
    "T074-lost-zero": "612345678",
    "T076-nine": "061234567",
    "T076-eleven": "06123456789",
    "T080-sql": "'; DROP TABLE",
    "T080-dialstring": "1&SIP/evil",
    "T080-variable": "${EXTEN}",
    "T080-newline": "0612345678\n",
    "T080-crlf": "0612345678\r\nAction: Originate",
    "T080-comma": "0612345678,1",
    "T080-nul": "0612345678\0",
    "extension": "0612345678 ext 3",
    "rfc3966-extension": "tel:+33612345678;ext=3",
    "spreadsheet-float": "33612345678.0",
    "spreadsheet-exponent": "3.36123E+10",
    "spreadsheet-formula": "=0612345678",
    "arabic-digits": "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
    "superscript": "061234567\u00b2",
    "two-plus": "++33612345678",
    "inner-plus": "06+12345678",
    "other-code-without-plus": "262692123456",
    "overseas-typed-with-33": "+33692123456",
    "overseas-typed-with-33-and-zero": "+33 0692 12 34 56",
    "empty": "",
    "plus-alone": "+",
    "no-country": "+999123456789",
    "unassigned": "+33401234567"[:4] + "00000000",
    "too-long": "0612345678" * 9,
}


@pytest.mark.parametrize("raw", INVALID.values(), ids=INVALID.keys())
def test_damage_is_refused_never_guessed(raw: str) -> None:
    with pytest.raises(PhoneError) as caught:
        parse_phone(raw)
    assert caught.value.reason == "INVALID_NUMBER"
    assert "\n" not in str(caught.value)


T081 = [
    "15",
    "17",
    "18",
    "112",
    "114",
    "115",
    "119",
    "191",
    "196",
    "197",
    "116000",
    "116117",
    "911",
    "999",
    "101",
    "111",
]
T082 = ["3114", "3919", "3117", "118218", "118712", "3900", "1014", "36123", "36665", "118008"]
T083 = [
    "0800123456",
    "0805123456",
    "0806123456",
    "0811123456",
    "0820123456",
    "0826123456",
    "0890123456",
    "0899123456",
    "0836123456",
]
MACHINES = [
    "0700123456",
    "+33700123456",
    "0937123456",
    "0939123456",
    "+8816123456789",
    "+870773111632",
    "+882161234567",
]
DRESSED_UP = [
    "+33112",
    "+3315",
    "+33 3114",
    "0033112",
    "+33118218",
    "1 1 2",
    "+590 112",
    "+262800123456",
    "+590890123456",
]
REGIONS = ["FR", "US", "GB", "CA"]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("raw", T081 + T082)
def test_short_numbers_are_never_dialled_in_any_region(raw: str, region: str) -> None:
    """T081, T082."""
    with pytest.raises(PhoneError) as caught:
        parse_phone(raw, region=region)
    assert caught.value.reason == "FORBIDDEN_NUMBER"


@pytest.mark.parametrize("raw", T083 + MACHINES + DRESSED_UP)
def test_services_machines_and_satellites_are_never_dialled(raw: str) -> None:
    """T083."""
    with pytest.raises(PhoneError) as caught:
        parse_phone(raw)
    assert caught.value.reason == "FORBIDDEN_NUMBER"


@pytest.mark.parametrize(
    "raw",
    [
        "8005550123",
        "9005550123",
        "+18885550123",
        "+442079460018"[:3] + "9098790123",
        "+448001111111",
        "+447012345678",
    ],
)
def test_toll_free_and_premium_numbers_elsewhere_are_never_dialled(raw: str) -> None:
    with pytest.raises(PhoneError) as caught:
        parse_phone(raw, region="US")
    assert caught.value.reason == "FORBIDDEN_NUMBER"


@pytest.mark.parametrize(
    "raw", ["+37799123456", "+376312345", "+41446681800", "+32470123456", "+18765550123"]
)
def test_countries_of_no_profile_are_refused(raw: str) -> None:
    """T085."""
    with pytest.raises(PhoneError) as caught:
        parse_phone(raw)
    assert caught.value.reason == "JURISDICTION"


ISLANDS = [
    "+441534456789",
    "+447797712345",
    "+441481256789",
    "+447781123456",
    "+441624756789",
    "+447924123456",
]


@pytest.mark.parametrize("raw", ISLANDS)
def test_jersey_guernsey_and_man_have_other_laws_than_their_code(raw: str) -> None:
    """UK-09."""
    told = campaign(profile="uk-pecr", caller_id="+442079460999", purpose="survey")
    agreed = (consent(purpose="survey"),)
    at = paris("2027-02-02 12:00:00")
    assert "JURISDICTION" in codes(at, number=PhoneNumber(parse_phone(raw)), campaign=told, consents=agreed)
    london = PhoneNumber("+442079460018")
    assert codes(at, number=london, campaign=told, consents=agreed) == set()
    assert "JURISDICTION" in codes(at, number=london, campaign=told, consents=agreed, territory="JE")


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("+33692123456", {"+33692123456", "+262692123456"}),
        ("33692123456", {"+33692123456", "+262692123456"}),
        ("O6 12 34 56 78", {"+33612345678"}),
        ("O199OOOOO1", {"+33199000001"}),
        ("612345678", {"+33612345678"}),
        ("0612345678 poste 12", {"+33612345678"}),
        ("06 12 34 56 78 ou 06 12 34 56 79", {"+33612345678", "+33612345679"}),
        ("262692123456", {"+262692123456"}),
        ("2125550123", {"+12125550123"}),
        ("07700 900123", {"+447700900123"}),
        ("+41446681800", {"+41446681800"}),
        ("0612345678\n", {"+33612345678"}),
    ],
)
def test_an_opposition_covers_every_number_it_could_mean(raw: str, meant: set[str]) -> None:
    assert meant <= set(every_reading(raw))


@given(st.text(max_size=80))
def test_an_opposition_with_any_digit_is_never_lost(raw: str) -> None:
    readings = every_reading(raw)
    assert all(
        reading.startswith("+") and reading[1:].isdecimal() and reading.isascii() for reading in readings
    )
    assert readings or not any("1" <= char <= "9" for char in raw)


@given(st.text(max_size=40))
def test_whatever_parses_is_read_again_as_itself(raw: str) -> None:
    try:
        number = parse_phone(raw)
    except PhoneError:
        return
    assert parse_phone(number) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("15", "FORBIDDEN_NUMBER"),
        ("+33112", "FORBIDDEN_NUMBER"),
        ("+33899123456", "FORBIDDEN_NUMBER"),
        ("+37799123456", "JURISDICTION"),
        ("+442079460018", "JURISDICTION"),
        ("+12125550123", "JURISDICTION"),
        ("+33692123456", "INVALID_NUMBER"),
        ("rubbish", "INVALID_NUMBER"),
        ("+33162000001", "FORBIDDEN_NUMBER"),
    ],
)
def test_the_decision_refuses_what_import_refuses(number: str, expected: str) -> None:
    assert expected in codes(paris("2027-02-01 11:00:00"), number=number)
