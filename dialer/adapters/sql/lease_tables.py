"""The table of the PBX leases."""

from sqlalchemy import Column, Double, String, Table, Text

from dialer.adapters.sql.tables import metadata

# Both times count UNIX seconds of the database's clock. Who asked in vain stands beside the holder for as long as it would have held.
pbx_leases = Table(
    "pbx_leases",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", Double, nullable=False),
    Column("wanted_by", String(32)),
    Column("wanted_until", Double),
)
