"""The decision whether a number may be called for a campaign at an instant.

Read `rules.py`, the list of its rules, first.
"""
