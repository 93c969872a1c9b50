"""Finds retired terms: words that the project used for a thing before it had the field's word for it.

`retired-terms.txt` has them, a regular expression and the present word a line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from files import project_files, shown

LIST = Path(__file__).parent / "retired-terms.txt"
SEARCHED = ("*.rs", "*.py", "*.md", "*.toml", "*.yaml", "*.json", "*.txt", "Makefile", ".ci/*")
# Recall's own words, and what this check needs to name.
LEFT_OUT = ("tests/simulator/spec/", "infra/checks/retired-terms.txt", "infra/tests/")


@dataclass(frozen=True)
class Term:
    """A retired term and the word that took its place."""

    pattern: re.Pattern[str]
    replacement: str


def problems() -> list[str]:
    """Every place where a retired term stands, a line each."""
    terms = read(LIST.read_text())
    paths = [path for path in project_files(*SEARCHED) if not shown(path).startswith(LEFT_OUT)]
    return [problem for path in paths for problem in found_in(shown(path), path.read_text(), terms)]


def read(listed: str) -> list[Term]:
    """The terms of a list. Lines that begin with `#` and empty ones are left out."""
    lines = (line for line in listed.splitlines() if line.strip() and not line.startswith("#"))
    parts = (line.rpartition(" | ") for line in lines)
    return [Term(re.compile(pattern.strip()), replacement.strip()) for pattern, _, replacement in parts]


def found_in(name: str, text: str, terms: list[Term]) -> Iterator[str]:
    """The retired terms of one file: in its path, and line by line."""
    for term in terms:
        if match := term.pattern.search(name):
            yield f"{name}: `{match[0]}` is retired, use {term.replacement}"
    for number, line in enumerate(text.splitlines(), 1):
        for term in terms:
            for match in term.pattern.finditer(line):
                yield f"{name}:{number}: `{match[0]}` is retired, use {term.replacement}"
