"""The probe's part of the dialplan leads nowhere else, so it is proved, and broken, alone."""

import pytest

from dialer.adapters.pbx.container import DIALPLANS
from dialer.dialplan_checker.proof import ClaimProof, prove
from dialer.dialplan_checker.reading import parse

FILE = "97-probe.conf"
TEXT = (DIALPLANS / FILE).read_text(encoding="utf-8")


def claims(text: str) -> dict[str, ClaimProof]:
    return {claim.name: claim for claim in prove(parse({FILE: text})).claims}


@pytest.mark.parametrize("name", ["closed", "reports", "probe"])
def test_the_probe_is_proved_alone(name: str) -> None:
    claim = claims(TEXT)[name]
    assert claim.objection == ""
    assert claim.examined


BROKEN = {
    "any seal will do for a probe": ("probe", '!= "x${DIALER_SEAL}"', '!= "x${seal}"'),
    "a permit's seal opens the probe": ("probe", "what=probe:", "what="),
    "the probed number is not sealed": ("probe", ":${DIALER_NUMBER}:", ":"),
    "a number without a line is probed": (
        "probe",
        "DB_EXISTS(dialer-line/${DIALER_NUMBER:1})",
        "DB_EXISTS(dialer-line/33162000001)",
    ),
    "another number is probed": ("probe", "PJSIP/${DIALER_NUMBER}@", "PJSIP/${DIALER_CALLER}@"),
    "a probe follows a diversion": ("probe", ",ib(", ",b("),
    "a halt does not hold probes": ("probe", "DB_EXISTS(dialer-halt/all)", "DB_EXISTS(dialer-halt/x)"),
    "a probe rings twice": ("probe", "DB_EXISTS(dialer-used/${DIALER_PROBE})", "DB_EXISTS(dialer-used/x)"),
    "a probe speaks": ("probe", "n,Record(", "n,ControlPlayback(/x/legal,,,,9)\n same => n,Record("),
    "a probe waits": ("probe", "n,Record(", "n,Wait(1)\n same => n,Record("),
    "a probe listens for ever": ("probe", "Set(TIMEOUT(absolute)=", "Set(unlimited="),
    "a probe writes over prompts": ("probe", "probes/${DIALER_PROBE}.alaw", "prompts/${DIALER_PROBE}.alaw"),
    "whoever answers a probe hears the message": (
        "message",
        "n,Record(",
        "n,ControlPlayback(/x/message,,,,9)\n same => n,Record(",
    ),
    "a tone before the recording": ("closed", ",kqx)", ",kx)"),
}


@pytest.mark.parametrize(("name", "old", "new"), BROKEN.values(), ids=BROKEN)
def test_a_broken_probe_is_caught(name: str, old: str, new: str) -> None:
    assert old in TEXT
    assert claims(TEXT.replace(old, new, 1))[name].objection
