"""The packages that a release's programs are linked with, as cargo resolves them: what its licences and its bill of materials list.

Packages that only build scripts, procedural macros and tests use are in no program, and not listed.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import LocalCloudError
from processes import ROOT

# A package's name and version. No two linked packages of one name and version have different sources.
Key = tuple[str, str]


@dataclass(frozen=True)
class Linked:
    """A package with the programs that it is in."""

    key: Key
    licence: str
    authors: tuple[str, ...]
    repository: str
    # Its source, with the texts of its licence.
    folder: Path
    # SHA-256 of the archive in the registry, in hexadecimal; nothing for packages of this workspace.
    checksum: str | None
    programs: tuple[str, ...]
    # The packages that it is linked with itself.
    needs: tuple[Key, ...]

    @property
    def is_ours(self) -> bool:
        """Whether it is a package of this workspace."""
        return self.checksum is None


def packages(programs: Mapping[str, str], targets: Iterable[str]) -> list[Linked]:
    """The packages that are linked into the programs for any of the targets.

    Programs are given by name, with the package that each is of. Features are resolved for each program by itself, as it is built.
    """
    found: dict[Key, set[str]] = {}
    targets = sorted(targets)
    for program, package in programs.items():
        for target in targets:
            for key in _tree(package, target):
                found.setdefault(key, set()).add(program)
    described, checksums = _metadata(targets), _checksums()
    listed = []
    for key in sorted(found):
        one, needs = described[key]
        listed.append(
            Linked(
                key,
                one["license"] or f"see the file {one['license_file']}",
                tuple(one["authors"]),
                one["repository"] or one["homepage"] or "",
                Path(one["manifest_path"]).parent,
                checksums.get(key),
                tuple(sorted(found[key])),
                tuple(sorted(needs & found.keys())),
            )
        )
    return listed


def _tree(package: str, target: str) -> set[Key]:
    kinds = ["--edges", "normal,no-proc-macro", "--target", target]
    printed = _cargo(["tree", "--locked", "--package", package, *kinds, "--prefix", "none", "--format", "{p}"])
    return {(name, version) for name, version in re.findall(r"^(\S+) v(\S+)", printed, re.MULTILINE)}


def _metadata(targets: list[str]) -> dict[Key, tuple[dict[str, Any], set[Key]]]:
    """Each package of the workspace and its registry, with the packages that it depends on other than for tests and builds."""
    filters = [argument for target in targets for argument in ("--filter-platform", target)]
    document = json.loads(_cargo(["metadata", "--locked", "--format-version", "1", *filters]))
    keys = {one["id"]: (one["name"], one["version"]) for one in document["packages"]}
    needs = {
        keys[node["id"]]: {keys[used["pkg"]] for used in node["deps"] if any(kind["kind"] is None for kind in used["dep_kinds"])}
        for node in document["resolve"]["nodes"]
    }
    return {(one["name"], one["version"]): (one, needs.get(keys[one["id"]], set())) for one in document["packages"]}


def _checksums() -> dict[Key, str]:
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(one["name"], one["version"]): one["checksum"] for one in lock["package"] if "checksum" in one}


def _cargo(arguments: list[str]) -> str:
    done = subprocess.run(["cargo", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        raise LocalCloudError(f"cargo {arguments[0]} failed; its message is above.")
    return done.stdout
