"""Check this exported ledger, or one call's evidence, without the program that wrote it.

See verifier/verify_ledger.py.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

# Checking leaves the export as it was: nothing is written into it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    runpy.run_module("verifier.verify_ledger", run_name="__main__", alter_sys=True)
