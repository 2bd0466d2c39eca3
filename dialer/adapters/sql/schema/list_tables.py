"""Tables of the lists of oppositions that others keep."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from dialer.adapters.sql.db.columns import UtcDateTime, one_of
from dialer.adapters.sql.schema.tables import metadata
from dialer.domain.oppositions.external_list import ListKind

opposition_lists = Table(
    "opposition_lists",
    metadata,
    Column("id", ForeignKey("imports.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sponsor", Text),
    Column("valid_from", UtcDateTime, nullable=False),
    Column("valid_to", UtcDateTime, nullable=False),
    # NULL until the import has come to its end: until then the list before it stands.
    Column("in_force_at", UtcDateTime),
    Column("replaced_at", UtcDateTime),
    Column("kind", one_of(ListKind, "kind"), nullable=False, server_default=ListKind.OPPOSITIONS.value),
    CheckConstraint("valid_from < valid_to", name="validity"),
)
current = opposition_lists.c.in_force_at.is_not(None) & opposition_lists.c.replaced_at.is_(None)
Index(
    "uq_opposition_lists_current",
    opposition_lists.c.name,
    unique=True,
    sqlite_where=current,
    postgresql_where=current,
)

list_entries = Table(
    "list_entries",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("list_id", ForeignKey("opposition_lists.id"), primary_key=True),
)
Index("ix_list_entries_list_id", list_entries.c.list_id)
