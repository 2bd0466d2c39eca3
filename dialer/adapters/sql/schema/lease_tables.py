"""The table of the PBX leases."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from dialer.adapters.sql.schema.tables import metadata

# `wanted_by`: the process that has asked in vain since the holder last asked.
pbx_leases = Table(
    "pbx_leases",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("heartbeats", BigInteger, nullable=False),
    Column("wanted_by", String(32)),
)
