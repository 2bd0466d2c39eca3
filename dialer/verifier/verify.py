"""Check this inspection pack without the program that wrote it.

Usage: `python3 verify.py [FOLDER] [--key KEY] [--head HEADS] [--ledger EXPORT]`.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

# Checking leaves the pack as it was: nothing is written into it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    runpy.run_module("verifier", run_name="__main__", alter_sys=True)
