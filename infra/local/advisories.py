"""Compares the pinned dependencies with the published advisories: RustSec's for crates, PyPI's for Python's packages.

It needs the network, and its answer changes without a change of the project. So it is no part of
`make check`. Exit codes: 0 for no advisory, 1 for one, 2 if a database cannot be reached.
"""

import json
import subprocess
from typing import Any

import tools
from processes import ROOT

NONE, FOUND, UNREACHABLE = range(3)


def advisories() -> int:
    """A line for each database."""
    return max(_crates(), _packages())


def _crates() -> int:
    """cargo-deny, which keeps RustSec's database as a clone of its repository on GitHub."""
    deny = [str(tools.checks() / "cargo-deny"), "--locked"]
    fetched = subprocess.run([*deny, "fetch", "db"], cwd=ROOT, capture_output=True, text=True)
    if fetched.returncode != 0:
        return _unreachable("RustSec's database (github.com/rustsec/advisory-db)", "crates", fetched.stderr)
    checked = subprocess.run([*deny, "check", "--disable-fetch", "--hide-inclusion-graph", "advisories"], cwd=ROOT)
    return _answer("crates", checked.returncode != 0)


def _packages() -> int:
    """pip-audit, which asks PyPI about each pinned package. Nothing is installed for it."""
    audit = [str(tools.advisories() / "pip-audit"), "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    packages: list[dict[str, Any]] = []
    for path in tools.requirements():  # one at a time: two files may pin one package differently
        done = subprocess.run([*audit, "-r", str(path)], cwd=ROOT, capture_output=True, text=True)
        try:
            packages += json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            return _unreachable("PyPI (pypi.org)", "Python's packages", done.stderr)
    found = [(package, known) for package in packages for known in package.get("vulns", [])]
    for package, known in found:
        print(f"{package['name']} {package['version']}: {known['id']}, fixed in {', '.join(known['fix_versions']) or 'no version'}")
    return _answer("Python's packages", bool(found))


def _answer(of: str, found: bool) -> int:
    print(f"advisories about {of}: " + ("some, as listed above" if found else "none"), flush=True)
    return FOUND if found else NONE


def _unreachable(database: str, of: str, reason: str) -> int:
    lines = reason.strip().splitlines()
    print(f"advisories about {of}: unknown, since {database} cannot be reached: {lines[-1] if lines else 'no reason given'}", flush=True)
    return UNREACHABLE
