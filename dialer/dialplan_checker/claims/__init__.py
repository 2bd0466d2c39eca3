"""The claims that every path through the dialplan must keep to, by subject.

The claim `closed` (in `gate`) stands apart: it is decided on the walk as a whole, the others along
the paths.
"""

from dialer.dialplan_checker.claims import oppositions
from dialer.dialplan_checker.claims.calls import MESSAGE_CLAIM, PROBE_CLAIM, REPORTS_CLAIM, TRACE_CLAIM
from dialer.dialplan_checker.claims.gate import FORWARDED_CLAIM, LIMIT_CLAIM, PERMIT_CLAIM
from dialer.dialplan_checker.effects import DialplanClaim

CLAIMS: tuple[DialplanClaim, ...] = (
    MESSAGE_CLAIM,
    oppositions.NINE_HEARD_CLAIM,
    oppositions.KEY_DOWN_CLAIM,
    oppositions.OPPOSITION_CLAIM,
    oppositions.CONFIRMED_CLAIM,
    REPORTS_CLAIM,
    PERMIT_CLAIM,
    TRACE_CLAIM,
    LIMIT_CLAIM,
    FORWARDED_CLAIM,
    PROBE_CLAIM,
)
"""In the order in which they are shown."""
