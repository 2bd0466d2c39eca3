"""Tables of people: contacts, consents, oppositions, and the keys that seal them."""

import sqlalchemy as sa

from dialer.adapters.sql.db.columns import BigId, Form, UtcDateTime, Windows, one_of
from dialer.adapters.sql.schema.base import metadata
from dialer.domain.consent import Basis, ConsentAct, ContactDetails, ContactState, SourceClass
from dialer.domain.oppositions.suppression import ListKind, OppositionChannel

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.String(13), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id")),
    sa.Column("source_class", one_of(SourceClass, "source_class")),
    sa.Column("supplier", sa.Text),
    sa.Column("collected_at", UtcDateTime),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    sa.Column("imported_by", sa.Text, nullable=False),
    sa.Column("imported_at", UtcDateTime, nullable=False),
    sa.Column("rows", sa.Integer),
    sa.Column("imported", sa.Integer),
    sa.Column("duplicates", sa.Integer),
    sa.Column("rejected", sa.Integer),
    sa.Column("report", sa.Text),
    sa.CheckConstraint("rows = imported + duplicates + rejected", name="sums"),
)
sa.Index("ix_imports_campaign_id", imports.c.campaign_id)

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaigns.id"), nullable=False),
    sa.Column("number", sa.String(16), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("import_id", sa.ForeignKey("imports.id"), nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Text) for name in ContactDetails.model_fields),
    sa.Column("state", one_of(ContactState, "state"), nullable=False),
    sa.Column("next_due_at", UtcDateTime),
    sa.Column("closed_reason", sa.Text),
    # The codes of the last decision where it was a refusal: sorted, with spaces between. The
    # progress page counts them.
    sa.Column("last_refusal", sa.Text),
    # Since when only the fingerprint is left: attempts and decisions still stand on this row.
    sa.Column("erased_at", UtcDateTime),
    sa.CheckConstraint(
        "(erased_at IS NULL AND number <> '') OR (erased_at IS NOT NULL AND number = '' AND state = 'closed')",
        name="erased",
    ),
    sa.CheckConstraint("(state = 'due') = (next_due_at IS NOT NULL)", name="due"),
    sa.CheckConstraint("(state = 'closed') = (closed_reason IS NOT NULL)", name="closed"),
)
# Fingerprint first: one index answers "this number in this campaign" and "this number in any
# campaign".
sa.Index("uq_contacts_fingerprint", contacts.c.fingerprint, contacts.c.campaign_id, unique=True)
sa.Index("ix_contacts_claim", contacts.c.campaign_id, contacts.c.state, contacts.c.next_due_at, contacts.c.id)
sa.Index(
    "ix_contacts_kept",
    contacts.c.import_id,
    contacts.c.id,
    sqlite_where=contacts.c.erased_at.is_(None),
    postgresql_where=contacts.c.erased_at.is_(None),
)
sa.Index("ix_contacts_list", contacts.c.campaign_id, contacts.c.id)
sa.Index(
    "ix_contacts_last_refusal",
    contacts.c.campaign_id,
    contacts.c.last_refusal,
    sqlite_where=contacts.c.last_refusal.is_not(None),
    postgresql_where=contacts.c.last_refusal.is_not(None),
)

consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    # When it was given or withdrawn, by `withdrawn`.
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("sponsor", sa.Text),
    sa.Column("purpose", sa.Text),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("proof", sa.Text),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("windows", Windows(none_as_null=True)),
    sa.Column("appointment_at", UtcDateTime),
    sa.Column("act", one_of(ConsentAct, "act")),
    sa.Column("territory", sa.Text),
    sa.Column("timezone", sa.Text),
    sa.Column("import_id", sa.ForeignKey("imports.id")),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    # Absent where it was withdrawn.
    sa.Column("basis", one_of(Basis, "basis")),
    sa.Column("form", Form),
    sa.CheckConstraint(
        "withdrawn OR (sponsor IS NOT NULL AND purpose IS NOT NULL AND source IS NOT NULL"
        " AND proof IS NOT NULL AND windows IS NOT NULL)",
        name="given",
    ),
)
sa.Index("ix_consents_fingerprint", consents.c.fingerprint)

# Rows moved here from `consents`, under their ids, when they were undone: a reader of consents does
# not meet them.
undone_voidings = sa.Table(
    "undone_voidings",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("restored_at", UtcDateTime, nullable=False),
    sa.Column("restored_by", sa.Text, nullable=False),
    sa.Column("restored_reason", sa.Text, nullable=False),
)
sa.Index("ix_undone_voidings_fingerprint", undone_voidings.c.fingerprint)

# One row a month; deleting it makes unreadable for ever the proofs of all consents recorded then.
proof_keys = sa.Table(
    "proof_keys",
    metadata,
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)

# One row a number. Deleting it makes every text sealed under its key unreadable for ever.
subject_keys = sa.Table(
    "subject_keys",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)

suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("sponsor", sa.Text),
    sa.Column("channel", one_of(OppositionChannel, "channel"), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("removed_at", UtcDateTime),
    sa.Column("removed_by", sa.Text),
    sa.Column("removed_reason", sa.Text),
    # The last of `suppression_revisions` that made or lifted it.
    sa.Column("revision", BigId, nullable=False, server_default="0"),
    sa.CheckConstraint(
        "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
        name="removed",
    ),
)
sa.Index("ix_suppressions_fingerprint", suppressions.c.fingerprint)
sa.Index("ix_suppressions_source", suppressions.c.source)
sa.Index("ix_suppressions_revision", suppressions.c.revision, suppressions.c.id)

# A row for each transaction that changed oppositions, in the order of their commits. Its random
# name marks this history: a database that knows it holds everything stored before it.
suppression_revisions = sa.Table(
    "suppression_revisions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", sa.String(32), nullable=False),
)
sa.Index("uq_suppression_revisions_name", suppression_revisions.c.name, unique=True)

opposition_lists = sa.Table(
    "opposition_lists",
    metadata,
    sa.Column("id", sa.ForeignKey("imports.id"), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sponsor", sa.Text),
    sa.Column("valid_from", UtcDateTime, nullable=False),
    sa.Column("valid_to", UtcDateTime, nullable=False),
    # NULL until the import has come to its end: until then the list before it stands.
    sa.Column("in_force_at", UtcDateTime),
    sa.Column("replaced_at", UtcDateTime),
    sa.Column("kind", one_of(ListKind, "kind"), nullable=False, server_default=ListKind.OPPOSITIONS.value),
    sa.CheckConstraint("valid_from < valid_to", name="validity"),
)

current = opposition_lists.c.in_force_at.is_not(None) & opposition_lists.c.replaced_at.is_(None)
sa.Index(
    "uq_opposition_lists_current",
    opposition_lists.c.name,
    unique=True,
    sqlite_where=current,
    postgresql_where=current,
)

list_entries = sa.Table(
    "list_entries",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("list_id", sa.ForeignKey("opposition_lists.id"), primary_key=True),
)
sa.Index("ix_list_entries_list_id", list_entries.c.list_id)
