"""The tables of the circuit breakers.

They hold the observed calls of each trunk, and consents that its answers may have ended.
"""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from dialer.adapters.sql.db.columns import UtcDateTime
from dialer.adapters.sql.schema.tables import attempts, metadata

# Calls decided before `since` do not count: the trunk failed then, and an operator has resumed.
trunk_windows = Table(
    "trunk_windows",
    metadata,
    Column("trunk", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
# Until when each trunk asked to be sent nothing (`Retry-After`).
trunk_rests = Table(
    "trunk_rests",
    metadata,
    Column("trunk", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)
# Calls that reported their number as unallocated: its consents end when the same trunk has reached
# a callee of the same country.
held_voidings = Table(
    "held_voidings",
    metadata,
    Column("attempt_id", ForeignKey("attempts.id"), primary_key=True),
    Column("trunk", Text, nullable=False),
    Column("country_code", String(3), nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
)
Index("ix_held_voidings_trunk", held_voidings.c.trunk, held_voidings.c.country_code, held_voidings.c.ended_at)
Index("ix_attempts_trunk", attempts.c.trunk, attempts.c.decided_at)
