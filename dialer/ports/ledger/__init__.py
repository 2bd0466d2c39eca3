"""The ledger, its records and the journal, as services need them."""
