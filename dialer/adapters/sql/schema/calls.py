"""Tables of calls: attempts, decisions, trunks, probes and the leases of PBXs.

Probes call numbers of ours, never a callee's. Their rows are added, and never changed or deleted. A
trunk has its circuit breaker's window, the rest that it asked for, and the consents that its
answers may have ended.
"""

import sqlalchemy as sa

from dialer.adapters.sql.db.columns import BigId, Lapse, Trace, UtcDateTime, one_of
from dialer.adapters.sql.schema.base import metadata
from dialer.domain.calls.attempt import FINAL_STATES, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import ProbeOutcome
from dialer.ports.records import InputKind

LIVE_STATES = tuple(state for state in AttemptState if state not in FINAL_STATES)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id"), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contacts.id"), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("sponsor", sa.Text, nullable=False),
    sa.Column("state", one_of(AttemptState, "state"), nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("permit_until", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("decision_hash", sa.String(64), nullable=False),
    sa.Column("rule_pack", sa.Text, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("pbx", sa.Text, nullable=False),
    sa.Column("caller_id", sa.String(16), nullable=False),
    sa.Column("script", sa.String(64), nullable=False),
    sa.Column("originated_at", UtcDateTime),
    sa.Column("dialed_at", UtcDateTime),
    sa.Column("ringing_at", UtcDateTime),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("opposed_at", UtcDateTime),
    sa.Column("machine_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("dial_status", one_of(DialStatus, "dial_status")),
    sa.Column("hangup_cause", sa.Integer),
    sa.Column("sip_code", sa.Integer),
    sa.Column("result", one_of(Result, "result")),
    sa.Column("lapse_reason", Lapse),
    sa.Column("trace", Trace, nullable=False),
    sa.Column("open_until", UtcDateTime),
)
# T067: a number has at most one live attempt over all campaigns, regardless of the workers.
sa.Index(
    "uq_attempts_live",
    attempts.c.fingerprint,
    unique=True,
    sqlite_where=attempts.c.state.in_(LIVE_STATES),
    postgresql_where=attempts.c.state.in_(LIVE_STATES),
)
sa.Index(
    "ix_attempts_live",
    attempts.c.pbx,
    attempts.c.campaign_id,
    sqlite_where=attempts.c.state.in_(LIVE_STATES),
    postgresql_where=attempts.c.state.in_(LIVE_STATES),
)

# Written out, not bound: neither engine uses a partial index whose condition hides in parameters.
live = attempts.c.state.in_(sa.bindparam("live", LIVE_STATES, expanding=True, literal_execute=True))
sa.Index("ix_attempts_fingerprint", attempts.c.fingerprint, attempts.c.decided_at, attempts.c.id)
sa.Index("ix_attempts_campaign_id", attempts.c.campaign_id, attempts.c.decided_at, attempts.c.id)
sa.Index("ix_attempts_decided_at", attempts.c.decided_at, attempts.c.id)
sa.Index("ix_attempts_progress", attempts.c.campaign_id, attempts.c.state, attempts.c.result)
sa.Index("ix_attempts_contact_id", attempts.c.contact_id)

# Inputs that many decisions share: rows are only ever added, so that any decision can be made
# again.
decision_inputs = sa.Table(
    "decision_inputs",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("kind", one_of(InputKind, "kind"), nullable=False),
    # Canonical JSON, or that of a rule pack: kept to the byte.
    sa.Column("content", sa.Text, nullable=False),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id"), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contacts.id"), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("permitted", sa.Boolean, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("permit_until", UtcDateTime),
    sa.Column("next_open", UtcDateTime),
    sa.Column("zones", sa.JSON, nullable=False),
    sa.Column("caller_id", sa.String(16)),
    # NULL: decided before inputs were sealed.
    sa.Column("context_hash", sa.ForeignKey("decision_inputs.hash")),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("rule_pack", sa.Text, nullable=False),
    sa.Column("pack_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("attempt_id", sa.ForeignKey("attempts.id")),
    sa.CheckConstraint("permitted = (attempt_id IS NOT NULL)", name="attempt"),
    sa.CheckConstraint("(context_hash IS NULL) = (sealed IS NULL)", name="inputs"),
)
sa.Index("ix_decisions_campaign_id", decisions.c.campaign_id, decisions.c.id)
sa.Index("ix_decisions_fingerprint", decisions.c.fingerprint)
sa.Index("ix_decisions_attempt_id", decisions.c.attempt_id, unique=True)

# Calls decided before `since` do not count: the trunk failed then, and an operator has resumed.
trunk_windows = sa.Table(
    "trunk_windows",
    metadata,
    sa.Column("trunk", sa.Text, primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
)

# Until when each trunk asked to be sent nothing (`Retry-After`).
trunk_rests = sa.Table(
    "trunk_rests",
    metadata,
    sa.Column("trunk", sa.Text, primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False),
)

# Calls that reported their number as unallocated: its consents end when the same trunk has reached
# a callee of the same country.
held_voidings = sa.Table(
    "held_voidings",
    metadata,
    sa.Column("attempt_id", sa.ForeignKey("attempts.id"), primary_key=True),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("country_code", sa.String(3), nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=False),
)
sa.Index(
    "ix_held_voidings_trunk", held_voidings.c.trunk, held_voidings.c.country_code, held_voidings.c.ended_at
)
sa.Index("ix_attempts_trunk", attempts.c.trunk, attempts.c.decided_at)

probes = sa.Table(
    "probes",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id"), nullable=False),
    sa.Column("sponsor", sa.Text, nullable=False),
    sa.Column("number", sa.String(16), nullable=False),
    sa.Column("shown", sa.String(16), nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("pbx", sa.Text, nullable=False),
    sa.Column("script", sa.String(64), nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=False),
    sa.Column("outcome", one_of(ProbeOutcome, "outcome"), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("dial_status", one_of(DialStatus, "dial_status")),
    sa.Column("hangup_cause", sa.Integer),
    sa.Column("sip_code", sa.Integer),
    sa.Column("heard_ms", sa.Integer, nullable=False),
    sa.Column("likeness", sa.Integer),
    sa.Column("recording_sha256", sa.String(64)),
    # Nothing passes that was not heard.
    sa.CheckConstraint(
        "outcome <> 'PASSED' OR (likeness IS NOT NULL AND recording_sha256 IS NOT NULL)", name="heard"
    ),
)
sa.Index("ix_probes_number", probes.c.sponsor, probes.c.number, probes.c.started_at, probes.c.id)

# `wanted_by`: the process that has asked in vain since the holder last asked.
pbx_leases = sa.Table(
    "pbx_leases",
    metadata,
    sa.Column("pbx", sa.Text, primary_key=True),
    sa.Column("holder", sa.String(32), nullable=False),
    sa.Column("heartbeats", sa.BigInteger, nullable=False),
    sa.Column("wanted_by", sa.String(32)),
)
