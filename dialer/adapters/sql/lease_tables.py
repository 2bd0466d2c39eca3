"""The table of the PBX leases."""

from sqlalchemy import Column, Double, String, Table, Text

from dialer.adapters.sql.tables import metadata

# `until` counts UNIX seconds of the database's clock; whose lease is over may find another's name here.
pbx_leases = Table(
    "pbx_leases",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", Double, nullable=False),
)
