"""Commands about the ledger, inspections and people's rights."""
