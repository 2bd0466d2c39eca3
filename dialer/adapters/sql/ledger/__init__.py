"""The ledger, stored."""
