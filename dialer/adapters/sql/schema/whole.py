"""Every table of the database.

A program that goes through all of them begins here: a table that no import has named is missing.
"""

from dialer.adapters.sql.schema import (
    count_tables,
    key_tables,
    lease_tables,
    ledger_tables,
    list_tables,
    probe_tables,
    proof_tables,
    restore_tables,
    retention_tables,
    tables,
    trunk_tables,
    voiding_tables,
)

PARTS = (
    tables,
    count_tables,
    key_tables,
    lease_tables,
    ledger_tables,
    list_tables,
    probe_tables,
    proof_tables,
    restore_tables,
    retention_tables,
    trunk_tables,
    voiding_tables,
)
WHOLE = tables.metadata
