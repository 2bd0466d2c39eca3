"""The ledger: what is recorded, how it is hashed into one tree, and how the tree's head is stated. RFC 9162, section 2.1."""
