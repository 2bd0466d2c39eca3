"""The ledger: its events, their hashing into one tree, and the tree's signed head.

RFC 9162, section 2.1.
"""
