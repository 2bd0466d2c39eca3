"""The schema.

The database holds its invariants: CHECKs, foreign keys, partial unique indexes. A callee's number
in clear stands in `contacts` alone; every other table knows its fingerprint.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
)

from dialer.adapters.sql.db.columns import BigId, Definition, Form, Trace, UtcDateTime, Windows, one_of
from dialer.domain.access.roles import Role
from dialer.domain.calls.attempt import FINAL_STATES, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb, PauseCause
from dialer.domain.consent.basis import Basis
from dialer.domain.consent.consent import ConsentAct
from dialer.domain.consent.contact import ContactDetails, ContactState, SourceClass
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.records import InputKind

LIVE_STATES = tuple(state for state in AttemptState if state not in FINAL_STATES)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(13), primary_key=True),
    Column("sponsor", Text, nullable=False),
    Column("definition", Definition, nullable=False),
    Column("state", one_of(CampaignState, "state"), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", UtcDateTime),
    Column("self_approved", Boolean, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("script", String(64)),
    # NULL too where it was paused before causes were stored.
    Column("pause_cause", one_of(PauseCause, "pause_cause")),
    CheckConstraint("pause_cause IS NULL OR state = 'paused'", name="paused"),
)
Index("ix_campaigns_created_at", campaigns.c.created_at, campaigns.c.id)
Index("ix_campaigns_sponsor", campaigns.c.sponsor, campaigns.c.state)

campaign_moves = Table(
    "campaign_moves",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", ForeignKey("campaigns.id"), nullable=False),
    Column("verb", one_of(CampaignVerb, "verb"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("ix_campaign_moves_campaign_id", campaign_moves.c.campaign_id)

imports = Table(
    "imports",
    metadata,
    Column("id", String(13), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("campaign_id", ForeignKey("campaigns.id")),
    Column("source_class", one_of(SourceClass, "source_class")),
    Column("supplier", Text),
    Column("collected_at", UtcDateTime),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("rows", Integer),
    Column("imported", Integer),
    Column("duplicates", Integer),
    Column("rejected", Integer),
    Column("report", Text),
    CheckConstraint("rows = imported + duplicates + rejected", name="sums"),
)
Index("ix_imports_campaign_id", imports.c.campaign_id)

contacts = Table(
    "contacts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", ForeignKey("campaigns.id"), nullable=False),
    Column("number", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("import_id", ForeignKey("imports.id"), nullable=False),
    Column("line", Integer, nullable=False),
    *(Column(name, Text) for name in ContactDetails.model_fields),
    Column("state", one_of(ContactState, "state"), nullable=False),
    Column("next_due_at", UtcDateTime),
    Column("closed_reason", Text),
    # The codes of the last decision where it was a refusal: sorted, with spaces between. The
    # progress page counts them.
    Column("last_refusal", Text),
    # Since when only the fingerprint is left: attempts and decisions still stand on this row.
    Column("erased_at", UtcDateTime),
    CheckConstraint(
        "(erased_at IS NULL AND number <> '') OR (erased_at IS NOT NULL AND number = '' AND state = 'closed')",
        name="erased",
    ),
    CheckConstraint("(state = 'due') = (next_due_at IS NOT NULL)", name="due"),
    CheckConstraint("(state = 'closed') = (closed_reason IS NOT NULL)", name="closed"),
)
# Fingerprint first: one index answers "this number in this campaign" and "this number in any
# campaign".
Index("uq_contacts_fingerprint", contacts.c.fingerprint, contacts.c.campaign_id, unique=True)
Index("ix_contacts_claim", contacts.c.campaign_id, contacts.c.state, contacts.c.next_due_at, contacts.c.id)
Index(
    "ix_contacts_kept",
    contacts.c.import_id,
    contacts.c.id,
    sqlite_where=contacts.c.erased_at.is_(None),
    postgresql_where=contacts.c.erased_at.is_(None),
)
Index("ix_contacts_list", contacts.c.campaign_id, contacts.c.id)
Index(
    "ix_contacts_last_refusal",
    contacts.c.campaign_id,
    contacts.c.last_refusal,
    sqlite_where=contacts.c.last_refusal.is_not(None),
    postgresql_where=contacts.c.last_refusal.is_not(None),
)

consents = Table(
    "consents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    # When it was given or withdrawn, by `withdrawn`.
    Column("at", UtcDateTime, nullable=False),
    Column("sponsor", Text),
    Column("purpose", Text),
    Column("channel", Text, nullable=False),
    Column("source", Text),
    Column("proof", Text),
    Column("expires_at", UtcDateTime),
    Column("windows", Windows(none_as_null=True)),
    Column("appointment_at", UtcDateTime),
    Column("act", one_of(ConsentAct, "act")),
    Column("territory", Text),
    Column("timezone", Text),
    Column("import_id", ForeignKey("imports.id")),
    Column("recorded_at", UtcDateTime, nullable=False),
    # Absent where it was withdrawn.
    Column("basis", one_of(Basis, "basis")),
    Column("form", Form),
    CheckConstraint(
        "withdrawn OR (sponsor IS NOT NULL AND purpose IS NOT NULL AND source IS NOT NULL"
        " AND proof IS NOT NULL AND windows IS NOT NULL)",
        name="given",
    ),
)
Index("ix_consents_fingerprint", consents.c.fingerprint)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("sponsor", Text),
    Column("channel", one_of(OppositionChannel, "channel"), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("source", Text),
    Column("note", Text),
    Column("removed_at", UtcDateTime),
    Column("removed_by", Text),
    Column("removed_reason", Text),
    # The last of `suppression_revisions` that made or lifted it.
    Column("revision", BigId, nullable=False, server_default="0"),
    CheckConstraint(
        "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
        name="removed",
    ),
)
Index("ix_suppressions_fingerprint", suppressions.c.fingerprint)
Index("ix_suppressions_source", suppressions.c.source)
Index("ix_suppressions_revision", suppressions.c.revision, suppressions.c.id)

# A row for each transaction that changed oppositions, in the order of their commits. Its random
# name marks this history: a database that knows it holds everything stored before it.
suppression_revisions = Table(
    "suppression_revisions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", String(32), nullable=False),
)
Index("uq_suppression_revisions_name", suppression_revisions.c.name, unique=True)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("campaign_id", ForeignKey("campaigns.id"), nullable=False),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("sponsor", Text, nullable=False),
    Column("state", one_of(AttemptState, "state"), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("permit_until", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decision_hash", String(64), nullable=False),
    Column("rule_pack", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("pbx", Text, nullable=False),
    Column("caller_id", String(16), nullable=False),
    Column("script", String(64), nullable=False),
    Column("originated_at", UtcDateTime),
    Column("dialed_at", UtcDateTime),
    Column("ringing_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("opposed_at", UtcDateTime),
    Column("machine_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("dial_status", one_of(DialStatus, "dial_status")),
    Column("hangup_cause", Integer),
    Column("sip_code", Integer),
    Column("result", one_of(Result, "result")),
    Column("lapse_reason", Text),
    Column("trace", Trace, nullable=False),
    Column("open_until", UtcDateTime),
)
# T067: a number has at most one live attempt over all campaigns, regardless of the workers.
Index(
    "uq_attempts_live",
    attempts.c.fingerprint,
    unique=True,
    sqlite_where=attempts.c.state.in_(LIVE_STATES),
    postgresql_where=attempts.c.state.in_(LIVE_STATES),
)
Index(
    "ix_attempts_live",
    attempts.c.pbx,
    attempts.c.campaign_id,
    sqlite_where=attempts.c.state.in_(LIVE_STATES),
    postgresql_where=attempts.c.state.in_(LIVE_STATES),
)
# Written out, not bound: neither engine uses a partial index whose condition hides in parameters.
live = attempts.c.state.in_(bindparam("live", LIVE_STATES, expanding=True, literal_execute=True))
Index("ix_attempts_fingerprint", attempts.c.fingerprint, attempts.c.decided_at, attempts.c.id)
Index("ix_attempts_campaign_id", attempts.c.campaign_id, attempts.c.decided_at, attempts.c.id)
Index("ix_attempts_decided_at", attempts.c.decided_at, attempts.c.id)
Index("ix_attempts_progress", attempts.c.campaign_id, attempts.c.state, attempts.c.result)
Index("ix_attempts_contact_id", attempts.c.contact_id)

# One row a number. Deleting it makes every text sealed under its key unreadable for ever.
subject_keys = Table(
    "subject_keys",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)

# Inputs that many decisions share: rows are only ever added, so that any decision can be made
# again.
decision_inputs = Table(
    "decision_inputs",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", one_of(InputKind, "kind"), nullable=False),
    # Canonical JSON, or that of a rule pack: kept to the byte.
    Column("content", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("campaign_id", ForeignKey("campaigns.id"), nullable=False),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("permitted", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("permit_until", UtcDateTime),
    Column("next_open", UtcDateTime),
    Column("zones", JSON, nullable=False),
    Column("caller_id", String(16)),
    # NULL: decided before inputs were sealed.
    Column("context_hash", ForeignKey("decision_inputs.hash")),
    Column("sealed", LargeBinary),
    Column("rule_pack", Text, nullable=False),
    Column("pack_hash", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("attempt_id", ForeignKey("attempts.id")),
    CheckConstraint("permitted = (attempt_id IS NOT NULL)", name="attempt"),
    CheckConstraint("(context_hash IS NULL) = (sealed IS NULL)", name="inputs"),
)
Index("ix_decisions_campaign_id", decisions.c.campaign_id, decisions.c.id)
Index("ix_decisions_fingerprint", decisions.c.fingerprint)
Index("ix_decisions_attempt_id", decisions.c.attempt_id, unique=True)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", one_of(Role, "role"), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
)
Index("uq_tokens_secret_sha256", tokens.c.secret_sha256, unique=True)

# One row, made by the first migration: a store without it does not know whether dialling is halted,
# so it does not dial.
system = Table(
    "system",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("halted", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime),
    CheckConstraint("id = 1", name="single"),
)

# Each halt ever called. Its id stands in the flag of the PBXs: an ended halt is not taken for a new
# one, nor a new one for an ended one.
halts = Table(
    "halts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ended_at", UtcDateTime),
)
Index(
    "ix_halts_in_force",
    halts.c.at,
    sqlite_where=halts.c.ended_at.is_(None),
    postgresql_where=halts.c.ended_at.is_(None),
)

# A row without `due_at` was given up: a person may look at it.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("endpoint", String(16), nullable=False),
    Column("event_id", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", UtcDateTime),
    Column("tries", Integer, nullable=False),
    Column("error", Text),
)
Index("uq_outbox_event_id", outbox.c.endpoint, outbox.c.event_id, unique=True)
Index("ix_outbox_due_at", outbox.c.endpoint, outbox.c.due_at)

# An answer without a status is still being worked out, or was never given.
idempotency = Table(
    "idempotency",
    metadata,
    Column("token", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("location", Text),
    Column("body", LargeBinary),
    CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
)
Index("ix_idempotency_at", idempotency.c.at)
