"""What goes out to people who need not believe us: Python's standard library alone, 3.9 or later.

What checks a ledger goes beside an exported one, where `verify_export.py` starts it under the name `verify_ledger.py`; the whole folder goes, as `verifier/`, into an inspection pack, where `verify.py` starts it.
"""
