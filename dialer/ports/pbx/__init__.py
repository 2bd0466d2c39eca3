"""PBXs: calls, leases, halts and dialplans, as services need them."""
