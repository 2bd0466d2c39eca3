"""A 9 by SIP INFO: one message without beginning and end, which Asterisk holds down for as long as it says."""

import pytest

from tests.pbx.callee import Manner
from tests.pbx.calls import Line
from tests.pbx.voice import BY_INFO, Keying, Press

INFOS = sorted(BY_INFO, key=lambda keying: keying.value)
ONE = Press("1", 0.3)
MOMENTS = {
    "in the notice": (Press("9", 0.5),),
    "in the invitation": (Press("9", 1.9),),
    "while a key is waited for": (Press("9", 4.0),),
    "in the message": (ONE, Press("9", 2.1)),
    "in the closing": (ONE, Press("9", 3.0)),
    "after the closing": (ONE, Press("9", 4.2)),
}
"""On a busy machine they may fall into their neighbours."""


@pytest.mark.parametrize("keying", INFOS, ids=lambda keying: keying.name)
async def test_it_is_an_opposition_at_every_moment_of_the_call(line: Line, keying: Keying) -> None:
    manners = (Manner(keying=keying, presses=presses) for presses in MOMENTS.values())
    for call, moment in zip(await line.calls(manners), MOMENTS, strict=True):
        assert (moment, call.heard[-1]) == (moment, "opposed")
        (told,) = line.manager.of("DialerOpposed", call.permit["DIALER_ATTEMPT"])
        assert told["Stored"] == "yes"
