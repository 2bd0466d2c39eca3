"""The tables, by subject; importing one of them makes all of them known.

The database holds its invariants: CHECKs, foreign keys, partial unique indexes. A callee's number
in clear stands in `contacts` alone; every other table knows its fingerprint.
"""

from dialer.adapters.sql.schema import calls, campaigns, ledger, machine, people
from dialer.adapters.sql.schema.base import metadata

SUBJECTS = (calls, campaigns, ledger, machine, people)

__all__ = ["SUBJECTS", "metadata"]
