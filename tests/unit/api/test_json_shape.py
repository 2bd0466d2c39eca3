"""The values of a JSON document are counted before it is read."""

import json
from time import thread_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.api.http.parsing import demand_few_values
from dialer.domain.base.errors import InvalidInput

VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('a,[{":\\\n')),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(), inner, min_size=1),
    max_leaves=20,
)


def count(value: Any) -> int:
    """Count the members of lists and objects, all the way down."""
    if isinstance(value, list):
        return sum(1 + count(item) for item in value)
    if isinstance(value, dict):
        return sum(1 + count(item) for item in value.values())
    return 0


@given(value=VALUES)
def test_what_stands_in_strings_is_not_counted(value: Any) -> None:
    raw, held = json.dumps(value).encode(), count(value)
    demand_few_values(raw, held)
    if held:
        with pytest.raises(InvalidInput, match="more than"):
            demand_few_values(raw, held - 1)


@given(raw=st.binary() | st.text(st.sampled_from('"\\,[{a')).map(str.encode))
def test_anything_is_counted_somehow(raw: bytes) -> None:
    try:
        demand_few_values(raw, 3)
    except InvalidInput:
        assert sum(map(raw.count, (b",", b"[", b"{"))) > 3


@pytest.mark.parametrize("unit", [b'""', b'\\"', b'"\\', b",", b'",', b"[", b'"a":1,', b"\\\\"])
def test_the_work_grows_with_the_length_alone(unit: bytes) -> None:
    """Eight times the length: far less than the 64 times of anything quadratic."""

    def spent(size: int) -> float:
        raw = b'{"' + unit * (size // len(unit))
        started = thread_time()
        for _ in range(3):
            try:
                demand_few_values(raw, 2 * size)
                demand_few_values(raw + b",[" * 9, 5)
            except InvalidInput:
                pass
        return thread_time() - started

    assert spent(400_000) < 30 * max(spent(50_000), 1e-4)
