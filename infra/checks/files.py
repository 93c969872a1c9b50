"""The files of the project, as git lists them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def project_files(*patterns: str) -> list[Path]:
    """The files that git keeps or would keep, and that match one of the patterns (`*.md`), in order of path."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for name in set(listed.split("\0")) if name and (path := ROOT / name).is_file())


def shown(path: Path) -> str:
    """A path as it is printed: from the project's root."""
    return str(path.relative_to(ROOT))
