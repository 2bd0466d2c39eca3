"""The gates of the dialplan ask of each value the shape that the service holds it to: a stricter
gate would refuse every call, a laxer one would let pass what was never sealed.
"""

import re

import pytest

from dialer.adapters.ami.originate import SHAPES
from dialer.adapters.ami.probing import PROBE_SHAPES
from dialer.adapters.pbx.container import dialplan_files

GATES = {"10-permit.conf": SHAPES, "97-probe.conf": PROBE_SHAPES}
ASKED = re.compile(r'\$\{REGEX\("(\^.*?\$)" \$\{(DIALER_[A-Z]+)\}\)\}')


def asked_by(name: str) -> dict[str, str]:
    """The expression of each value, in the order in which the gate asks, in Python's words."""
    (text,) = [file.read_text("utf-8") for file in dialplan_files() if file.name == name]
    return {variable: expression.replace("[+]", r"\+") for expression, variable in ASKED.findall(text)}


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_and_the_service_ask_the_same_shapes_in_the_same_order(gate: str) -> None:
    held = {name: f"^{shape.pattern}$" for name, shape in GATES[gate].items()}
    assert list(asked_by(gate).items()) == list(held.items())
