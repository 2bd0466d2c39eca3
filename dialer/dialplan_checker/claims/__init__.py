"""The claims that every path through the dialplan must keep to, one a file.

`closed` stands apart: it is decided on the walk as a whole, the others along the paths.
"""

from dialer.dialplan_checker.claims.confirmed import CONFIRMED_CLAIM
from dialer.dialplan_checker.claims.forwarded import FORWARDED_CLAIM
from dialer.dialplan_checker.claims.key_down import KEY_DOWN_CLAIM
from dialer.dialplan_checker.claims.limit import LIMIT_CLAIM
from dialer.dialplan_checker.claims.message import MESSAGE_CLAIM
from dialer.dialplan_checker.claims.nine_heard import NINE_HEARD_CLAIM
from dialer.dialplan_checker.claims.opposition import OPPOSITION_CLAIM
from dialer.dialplan_checker.claims.permit import PERMIT_CLAIM
from dialer.dialplan_checker.claims.probe import PROBE_CLAIM
from dialer.dialplan_checker.claims.reports import REPORTS_CLAIM
from dialer.dialplan_checker.claims.trace import TRACE_CLAIM
from dialer.dialplan_checker.effects import DialplanClaim

CLAIMS: tuple[DialplanClaim, ...] = (
    MESSAGE_CLAIM,
    NINE_HEARD_CLAIM,
    KEY_DOWN_CLAIM,
    OPPOSITION_CLAIM,
    CONFIRMED_CLAIM,
    REPORTS_CLAIM,
    PERMIT_CLAIM,
    TRACE_CLAIM,
    LIMIT_CLAIM,
    FORWARDED_CLAIM,
    PROBE_CLAIM,
)
"""In the order in which they are shown."""
