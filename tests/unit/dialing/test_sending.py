"""The rows of calls that wait for their slots."""

from typing import Any, cast

import pytest

from dialer.adapters.clock import SystemClock
from dialer.adapters.metrics import PrometheusMeter
from dialer.domain.base.types import AttemptId
from dialer.ports.telephony import CallOrder
from dialer.services.calls.pacing import LiveCalls
from dialer.services.dialing.sending import Sending
from tests.samples.calls import an_attempt

NOBODY = cast("Any", None)
CAMPAIGN = an_attempt().campaign_id


class NoPbx:
    """A PBX that is not asked: that no process drives it breaks the row."""

    pbx = "pbx1"


def order(number: int) -> CallOrder:
    return CallOrder(an_attempt(id=AttemptId(f"{number:032x}")), "a1" * 8, ring_timeout_s=25, longest_s=180)


async def test_all_are_put_into_their_row_before_it_is_said_what_broke_it() -> None:
    live_calls, telephony = LiveCalls(), cast("Any", NoPbx())
    sending = Sending(NOBODY, live_calls, SystemClock(kernel=None), {}, PrometheusMeter())

    def free() -> int:
        return sending.free(CAMPAIGN, "default", (10, 10), horizon_s=1.0)

    at_first = free()
    sending.put([order(0)], telephony)
    with pytest.raises(KeyError):
        await sending.all_sent()
    orders = [order(1), order(2), order(3)]
    with pytest.raises(KeyError):
        sending.put(orders, telephony)
    assert all(each.attempt.id in live_calls for each in orders)
    assert free() == at_first - 3
    sending.put([order(4)], telephony)
    assert free() == at_first - 4
    await sending.close()
