"""Tables of counts kept by the transactions, so that stored rows need not be counted."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

# Finished calls that a callee answered, by the hour of their decision (UTC): silence after the
# answer.
silence_hours = Table(
    "silence_hours",
    metadata,
    Column("campaign_id", String(13), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("answered", Integer, nullable=False),
    Column("slow", Integer, nullable=False),
    Column("abandoned", Integer, nullable=False),
)

# Contacts and attempts of each campaign by `fact`, such as `contact due`: the sum over all rows of
# a fact is its count. Triggers of `contacts` and `attempts` keep it. PostgreSQL's add a row for
# each statement, which never waits for another transaction.
progress_counts = Table(
    "progress_counts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", String(13), nullable=False),
    Column("fact", Text, nullable=False),
    Column("n", Integer, nullable=False),
)
Index("ix_progress_counts_campaign_id", progress_counts.c.campaign_id, progress_counts.c.fact)
