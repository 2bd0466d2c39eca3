"""Inspection packs in somebody else's hands."""

import subprocess
import sys
from pathlib import Path


def judged_alone(folder: Path, *words: str, verifier: Path | None = None) -> tuple[int, str]:
    """By its own verifier (or another's), with Python's standard library alone and no environment: exit status and what it prints."""
    command = [sys.executable, "-I", "-S", str((verifier or folder) / "verify.py"), str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={})
    return ran.returncode, ran.stdout + ran.stderr
