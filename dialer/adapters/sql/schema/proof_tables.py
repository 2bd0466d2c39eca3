"""The table of the keys that proofs of consents are sealed under."""

from sqlalchemy import Column, LargeBinary, String, Table

from dialer.adapters.sql.schema.tables import metadata

# One row a month; deleting it makes unreadable for ever the proofs of all consents recorded then.
proof_keys = Table(
    "proof_keys",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
