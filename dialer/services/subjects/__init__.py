"""The rights of each person: access to their data, and its erasure (GDPR 15 and 17)."""
