"""Reading the dialplan: layout changes nothing.

A part that is not understood is a fault, never silence.
"""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.adapters.ami.originate import SHAPES
from dialer.adapters.pbx.container import dialplan_files
from dialer.dialplan_checker.model import ChannelPosition, goes_on, match
from dialer.dialplan_checker.proof import prove
from dialer.dialplan_checker.protocol import PERMIT
from dialer.dialplan_checker.reading import parse

REAL = {file.name: file.read_text(encoding="utf-8") for file in dialplan_files()}
CONTEXT = re.compile(r"(?m)^(?=\[)")


def laid_out_otherwise(text: str, seed: int) -> str:
    """Return the same contexts in another order, with other blanks, blank lines and comments."""
    chance = random.Random(seed)
    _, *contexts = CONTEXT.split(text)
    chance.shuffle(contexts)
    return "\n".join(line_laid_out_otherwise(line, chance) for part in contexts for line in part.splitlines())


def line_laid_out_otherwise(line: str, chance: random.Random) -> str:
    if line.startswith(";") or not line:
        return chance.choice(["", "; something else [x] exten => y"])
    # `same` belongs to the extension before it: lines stay in their order within the context.
    padded = (
        chance.choice(["", "  ", "\t"])
        + line
        + chance.choice(["", "   ", " ; said why", "\n", "\n; and more\n\n"])
    )
    return padded.replace(" => ", chance.choice([" => ", "=>", " = "]), 1)


@settings(max_examples=60)
@given(st.integers())
def test_layout_comments_and_the_order_of_contexts_change_nothing(seed: int) -> None:
    other = parse({name: laid_out_otherwise(text, seed) for name, text in REAL.items()})
    real = parse(REAL)
    assert other.hash == real.hash
    assert {(s.place, s.label, s.application, s.arguments) for s in other.steps.values()} == {
        (s.place, s.label, s.application, s.arguments) for s in real.steps.values()
    }


@pytest.mark.slow
def test_what_is_laid_out_otherwise_is_proved_as_well() -> None:
    other = prove(parse({name: laid_out_otherwise(text, 7) for name, text in reversed(REAL.items())}))
    real = prove(parse(REAL))
    assert other.holds
    assert (other.hash, other.steps, other.states) == (real.hash, real.steps, real.states)


@pytest.mark.parametrize(
    ("old", "new"), [("WaitExten(8)", "WaitExten(9)"), ("n(wait)", "n(waiting)"), ("9,1,", "9,2,")]
)
def test_any_other_step_gives_another_hash(old: str, new: str) -> None:
    name = "30-answered.conf"
    assert old in REAL[name]
    changed = REAL | {name: REAL[name].replace(old, new)}
    assert parse(changed).hash != parse(REAL).hash


def test_a_step_is_known_by_its_file_and_line() -> None:
    dialplan = parse({"a.conf": "[here]\nexten => s,1,Set(a=1)\n same => n(there),Goto(there)\n"})
    step = dialplan.steps[ChannelPosition("here", "s", 2)]
    assert (step.label, step.application, step.arguments, step.source) == (
        "there",
        "Goto",
        "there",
        "a.conf:3",
    )


@pytest.mark.parametrize(
    "line",
    [
        "#include more.conf",
        "#exec /bin/true",
        "include => more",
        "switch => Realtime/x",
        "ignorepat => 9",
        "exten => s,hint,SIP/x",
        "exten => s,1,Set(a=1",
        "exten => s,n+2,Set(a=1)",
        "exten => s/0199,1,Set(a=1)",
        "exten => ${x},1,Set(a=1)",
        "exten => _[12,1,Set(a=1)",
        "same => n,Set(a=1)",
        "[other](+)",
        "[general]extra",
        ";-- a comment of many lines",
        "anything else",
    ],
)
def test_what_is_not_understood_is_a_fault(line: str) -> None:
    dialplan = parse({"a.conf": f"[here]\n{line}\n"})
    assert dialplan.faults
    assert dialplan.faults[0].source == "a.conf:2"
    assert not prove(dialplan).holds


def test_a_priority_that_stands_twice_is_a_fault() -> None:
    dialplan = parse({"a.conf": "[here]\nexten => s,1,Hangup()\nexten => s,1,Answer()\n"})
    assert [str(fault) for fault in dialplan.faults] == ["a.conf:3: here,s,1 stands twice"]


def test_nothing_at_all_is_not_proved() -> None:
    assert not any(claim.holds for claim in prove(parse({})).claims)


@pytest.mark.parametrize(
    ("dialled", "exten"),
    [
        ("1", "1"),
        ("7", "_X"),
        ("*", "_[02-7*#A-D]"),
        ("8", "_X"),
        ("12", "_X."),
        ("AB", None),
        ("", None),
    ],
)
def test_the_narrowest_extension_takes_what_is_dialled(dialled: str, exten: str | None) -> None:
    assert match(("start", "_X.", "_X", "_[02-7*#A-D]", "1"), dialled) == exten


@pytest.mark.parametrize(
    ("exten", "waits"),
    [
        ("9", False),
        ("99", True),
        ("_9X", True),
        ("_9.", True),
        ("_[0-8]X", False),
        ("_X!", True),
        ("9th", False),
    ],
)
def test_a_longer_extension_makes_asterisk_wait_for_more_keys(exten: str, waits: bool) -> None:
    assert goes_on(exten, "9") is waits


def test_the_proof_knows_every_value_of_a_permit_in_the_order_of_its_seal() -> None:
    assert [f"DIALER_{name}" for name in PERMIT] == list(SHAPES)
