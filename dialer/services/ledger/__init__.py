"""The ledger at work: sealed and exported, read with its proofs, verified."""
