"""Puts the scripts on Python's path: they are programs in folders, not packages."""

import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(INFRA / "local"), str(INFRA / "checks"), str(INFRA / "local" / "aws")]
