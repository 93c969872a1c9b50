"""The texts of the licences of what a release's programs are linked with.

Each package is listed with the licence that it states. Its own texts follow, equal ones once. A package that
brings none gets a line that says so, and the common text of what it states.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from linked import Linked
from processes import ROOT

# How packages call the files with their licence and with what it wants to be passed on.
NAMES = re.compile(r"^(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE|PATENTS)([-._].*)?$", re.IGNORECASE)
RULE = "=" * 80
STANDARD_LIBRARY = "COPYRIGHT-library.html"


def texts(package: Linked) -> dict[str, str]:
    """A package's own texts by the names of their files."""
    found = {}
    for path in sorted(package.folder.iterdir()):
        inside = sorted(path.iterdir()) if path.is_dir() and path.name.lower() in ("license", "licenses", "licences") else [path]
        for file in inside:
            if file.is_file() and (file != path or NAMES.match(file.name)) and file.suffix not in (".rs", ".toml"):
                found[str(file.relative_to(package.folder))] = file.read_text(errors="replace").replace("\r\n", "\n").strip()
    return {name: text for name, text in found.items() if text}


def document(packages: Iterable[Linked], common: Path | None) -> str:
    """One text with all licences. `common` is a folder with common texts, named after SPDX's identifiers."""
    foreign = [package for package in packages if not package.is_ours]
    lines = ["Callsheet is licensed under the Apache License 2.0, in the file LICENSE.", ""]
    lines += ["Its programs are linked with these packages, from https://crates.io:", ""]
    lines += [f"    {' '.join(package.key)}: {package.licence} (in {', '.join(package.programs)})" for package in foreign]
    lines += ["", f"The standard library of Rust, which every program has, has its licences in {STANDARD_LIBRARY}.", ""]
    by_text: dict[str, list[str]] = {}
    without: dict[str, list[str]] = {}
    for package in foreign:
        own = texts(package)
        for name, text in own.items():
            by_text.setdefault(text, []).append(f"{' '.join(package.key)}, {name}")
        if not own:
            authors = f", by {', '.join(package.authors)}" if package.authors else ""
            without.setdefault(package.licence, []).append(f"{' '.join(package.key)}{authors}: {package.repository or 'no address'}")
    for licence, stated in sorted(without.items()):
        lines += [RULE, f"These packages state the licence {licence} and bring no text of it:", "", *sorted(stated), ""]
        for name in sorted(set(re.findall(r"[\w.+-]+", licence)) - {"OR", "AND", "WITH"}):
            text = _common(name, common)
            lines += [text or f"The text of {name} is at https://spdx.org/licenses/{name}.html", ""]
    for text, owners in sorted(by_text.items(), key=lambda item: (item[1], item[0])):
        lines += [RULE, *sorted(set(owners)), "", text, ""]
    return "\n".join(lines)


def of_the_toolchain() -> Path:
    """The folder in which the Rust toolchain keeps its licences; it may be missing in a distribution's."""
    shown = subprocess.run(["rustc", "--print", "sysroot"], cwd=ROOT, capture_output=True, text=True, check=True)
    return Path(shown.stdout.strip()) / "share" / "doc" / "rust"


def of_the_standard_library(version: str) -> str:
    """The licences of the standard library, as its toolchain brings them, or else where they are."""
    path = of_the_toolchain() / STANDARD_LIBRARY
    if path.is_file():
        return path.read_text()
    return f'<a href="https://github.com/rust-lang/rust/blob/{version}/COPYRIGHT">The licences of Rust {version}</a>\n'


def _common(name: str, common: Path | None) -> str | None:
    path = common / f"{name}.txt" if common else None
    return path.read_text().strip() if path and path.is_file() else None
