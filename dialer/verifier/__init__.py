"""The verifier, for readers who need not believe us: Python's standard library alone, 3.9 or later.

Into an inspection pack goes the whole folder, as `verifier/`, where `verify.py` starts it. Beside
an exported ledger go the files that check a ledger; there `verify_export.py`, copied as
`verify_ledger.py`, starts the one in `verifier/`.
"""
