"""The ledger: its events, their hashing into one tree (RFC 9162, 2.1), and its signed head."""
