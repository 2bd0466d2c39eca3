"""No regular expression costs more than its text is long.

The text of a stranger must not hold up the calls.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import dialer

ELSEWHERE = ("dialer.__main__", "dialer.adapters.sql.migrations", "dialer.verifier")
"""Nothing of these runs in the service."""
USES = ("search", "match", "fullmatch", "sub", "findall", "finditer", "split")
PIECES = (
    *("a", "0", " ", "-", ".", ",", "\t", "\n", "+", "é", "{", "[", "(", "/", ";", "|", "_", "="),
    *(
        "a ",
        "a,",
        "a, ",
        "0 ",
        "0,",
        "a0",
        "a-",
        "a.",
        "a/",
        "0-",
        "0.",
        "{a",
        "[0",
        "(0)",
        "=>a",
        "a=",
        "l1oO",
    ),
)
TAILS = ("", "!", " x", "\n")
FEW, LONG = 24, 20_000
"""Pieces, and characters.

An exponential expression makes millions of steps of so few, a quadratic one of so many.
"""
MOST = 1_000
"""Times the cost of the plainest expression.

At this length a linear one takes up to a hundred times as long, a quadratic one tens of thousands.
"""
TRIES = 5


def compiled(value: Any) -> Iterator[re.Pattern[str]]:
    match value:
        case re.Pattern() if isinstance(value.pattern, str):
            yield value
        case dict():
            for part in value.values():
                yield from compiled(part)
        case tuple() | list():
            for part in value:
                yield from compiled(part)


def found() -> dict[str, tuple[re.Pattern[str], frozenset[str]]]:
    """Return each expression and its use, by module and name; in doubt whole, as most are."""
    source = "".join(path.read_text("utf-8") for path in Path(dialer.__path__[0]).rglob("*.py"))
    expressions = {}
    for module in pkgutil.walk_packages(dialer.__path__, "dialer."):
        if module.name.startswith(ELSEWHERE):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in compiled(value):
                used = re.findall(rf"\b{name}(?:\[\w+\])?\.({'|'.join(USES)})\(", source)
                expressions[f"{module.name}.{name} {pattern.pattern}"] = (
                    pattern,
                    frozenset(used or ["fullmatch"]),
                )
    return expressions


FOUND = found()
PLAIN = re.compile("[a-z]*x")


def cost(pattern: re.Pattern[str], use: str, text: str) -> float:
    """Measure seconds of this thread."""
    begun = time.thread_time()
    if use == "sub":
        pattern.sub("", text)
    else:
        found = getattr(pattern, use)(text)
        if use == "finditer":
            list(found)
    return time.thread_time() - begun


def costs_more(bound: float, pattern: re.Pattern[str], use: str, text: str) -> bool:
    """Return whether each try does: a busy machine makes some tries look dear, and none cheap."""
    return all(cost(pattern, use, text) > bound for _ in range(TRIES))


@pytest.fixture(scope="module")
def bound() -> float:
    """Return the seconds that `LONG` characters may cost: the machine itself says, now."""
    return MOST * median(cost(PLAIN, "fullmatch", "a" * LONG) for _ in range(TRIES))


@pytest.mark.parametrize("name", sorted(FOUND))
def test_its_cost_grows_with_the_text_and_no_faster(name: str, bound: float) -> None:
    pattern, uses = FOUND[name]
    for use in uses:
        for piece in PIECES:
            for tail in TAILS:
                for count in (FEW, LONG // len(piece)):
                    text = piece * count + tail
                    assert not costs_more(bound, pattern, use, text), f"{use} of {piece!r}... {tail!r}"


def test_what_is_quadratic_or_exponential_would_be_seen(bound: float) -> None:
    assert cost(re.compile(r"([a-z])\1+$"), "sub", "a" * (LONG // 4) + "!") > bound
    assert cost(re.compile(r"(\S+(?: *, *\S+)*) +[0-9]+"), "fullmatch", "a," * (FEW - 1) + " x") > bound
