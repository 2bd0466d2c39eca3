"""The possible texts of a step's arguments, where everything is known and where it is not."""

import pytest

from dialer.dialplan_checker.expression import true
from dialer.dialplan_checker.model import ChannelPosition
from dialer.dialplan_checker.reading import expand
from dialer.dialplan_checker.state import Frame, Leg, State
from dialer.dialplan_checker.values import Fact, NotUnderstood, may_equal, unknown

NUMBER = unknown("NUMBER")
STATE = State(
    Leg.CALLEE,
    ChannelPosition("here", "_X", 1),
    "7",
    variables=(("KEY", "1"), ("NUMBER", NUMBER), ("TEXT", "0123456789")),
    stack=(Frame(None, "s", ("notice", "189")),),
)


def texts(arguments: str) -> list[str]:
    return [outcome.text for outcome in expand(arguments, STATE)]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("plain, (text) 50%", "plain, (text) 50%"),
        ("${KEY}${UNSET}${EXTEN}", "17"),
        ("${TEXT:4:3}|${TEXT:8}", "456|89"),
        ("${ARG1} ${ARG2}${ARG3}", "notice 189"),
        ('$["${KEY}" = "1"]', "1"),
        ('$["${KEY}" = "1" & "${UNSET}" != ""]', "0"),
        ('$["${KEY}" = "2" | "${UNSET}" = ""]', "1"),
        ("$[0${UNSET} + 1]", "1"),
        ("$[10 - ${KEY}]", "9"),
        ("$[${KEY}0 >= 9]", "1"),
        ("${IF($[${KEY} > 1]?more:${EXTEN})}", "7"),
        ('${REGEX("[18]" ${KEY})}', "1"),
        ('$[0${REGEX("^(BUSY|CANCEL)$" ${KEY})} = 1]', "0"),
        ("${CHANNEL(state)}", "Ring"),
    ],
)
def test_what_is_known_comes_to_one_text(arguments: str, text: str) -> None:
    assert texts(arguments) == [text]


@pytest.mark.parametrize(
    "arguments",
    [
        '$["${NUMBER}" = "1"]',
        "${DB_EXISTS(a/${NUMBER})}",
        '${REGEX("^[0-9]+$" ${NUMBER})}',
        "$[${EPOCH} < 5]",
    ],
)
def test_what_is_unknown_goes_both_ways(arguments: str) -> None:
    assert sorted(texts(arguments)) == ["0", "1"]


def test_each_way_knows_what_was_found() -> None:
    found = {outcome.text: outcome.facts for outcome in expand("$[${EPOCH} >= ${NUMBER}]", STATE)}
    question = f"{unknown('EPOCH', empty=False)} < {NUMBER}"
    assert found == {"0": (Fact(question),), "1": (Fact(question, true=False),)}


@pytest.mark.parametrize(
    "arguments",
    [
        "${SHELL(id)}",
        "${CURL(http://x)}",
        "${${KEY}}",
        "${KEY",
        "$[1 +]",
        "$[1 = ]",
        '$["a]',
        "${CHANNEL(language)}",
        "${KEY:-1}",
    ],
)
def test_what_is_not_understood_is_said(arguments: str) -> None:
    with pytest.raises(NotUnderstood):
        expand(arguments, STATE)


@pytest.mark.parametrize(
    ("left", "right", "may"),
    [
        ("", NUMBER, True),
        ("", unknown("time", empty=False), False),
        ("x1", f"x{NUMBER}", True),
        ("y1", f"x{NUMBER}", False),
        (NUMBER, NUMBER, True),
    ],
)
def test_an_unknown_part_may_be_anything_that_fits(left: str, right: str, may: bool) -> None:
    assert may_equal(left, right) is may
    assert may_equal(right, left) is may


@pytest.mark.parametrize(
    ("text", "answers"),
    [("0", [False]), ("", [False]), ("1", [True]), ("no", [True]), (NUMBER, [True, False])],
)
def test_a_condition_is_true_as_asterisk_takes_it(text: str, answers: list[bool]) -> None:
    assert true(text) == answers
