"""What goes out to people who need not believe us: Python's standard library alone, 3.9 or later.

`verify_ledger.py` stands alone beside an exported ledger; the whole folder goes, as `verifier/`, into an inspection pack, where `verify.py` starts it.
"""
