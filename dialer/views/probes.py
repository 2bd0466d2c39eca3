"""Call-back probes.

Their numbers are our own: every reader of the campaign sees them whole.
"""

from typing import Annotated, Self

from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.views.base import AT, ATTEMPT_ID, CAMPAIGN_ID, OWN_NUMBER, SHA256, Instant, Listing, View, about


class ProbeView(View):
    """A call to `number`, one of our own, presenting `shown`."""

    id: Annotated[str, about("The probe: 32 hexadecimal digits.", ATTEMPT_ID)]
    campaign_id: Annotated[
        str, about("The campaign it was made for; it counts for all of its sponsor.", CAMPAIGN_ID)
    ]
    number: Annotated[str, about("The number that was rung, in E.164.", OWN_NUMBER)]
    outcome: Annotated[ProbeOutcome, about("What was reached.", "PASSED")]
    detail: Annotated[str, about("More about the outcome, for people; may be empty.", "")]
    started_at: Annotated[Instant, about("When the call began.", AT)]
    ended_at: Annotated[Instant, about("When the call was over.", AT)]
    shown: Annotated[str, about("The number presented, in E.164.", OWN_NUMBER)]
    sponsor: Annotated[str, about("Id of the sponsor.", "liste-demo")]
    trunk: Annotated[str, about("Name of the trunk it left by.", "default")]
    pbx: Annotated[str, about("Name of the PBX that made it.", "pbx1")]
    script: Annotated[str, about("Hash of the prompts whose greeting was expected: SHA-256.", SHA256)]
    asked_by: Annotated[str, about("Who asked for it: a token's name, or the service itself.", "anne")]
    dial_status: Annotated[DialStatus | None, about("DIALSTATUS of Asterisk; null before.", "ANSWER")]
    hangup_cause: Annotated[int | None, about("Cause of the release, Q.850.", 16)]
    sip_code: Annotated[int | None, about("Status of the final SIP response.", 200)]
    heard_ms: Annotated[int, about("How long the line was listened to, in milliseconds.", 4200)]
    likeness: Annotated[
        int | None, about("How much of the greeting was heard, in per cent; null: nothing answered.", 97)
    ]
    recording_sha256: Annotated[
        str | None, about("SHA-256 of what was heard, A-law at 8 kHz; null: nothing was.", SHA256)
    ]

    @classmethod
    def of(cls, probe: Probe) -> Self:
        return cls.mirror(probe)


class ProbeList(Listing[ProbeView]):
    """Probes in order of their calls."""
