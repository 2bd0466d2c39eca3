"""The PBXs as one: leases, halts and pauses."""
