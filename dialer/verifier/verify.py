"""Check this inspection pack without the program that wrote it: python3 verify.py [FOLDER] [--key KEY] [--head HEADS]."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

# A pack that was looked at is as it was before: nothing is written into it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    runpy.run_module("verifier", run_name="__main__", alter_sys=True)
