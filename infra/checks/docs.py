"""Checks the documents: links lead somewhere, the tests, names and paths that are cited exist, and what `callsheet` prints fits the terminal."""

import re
from collections.abc import Iterator
from pathlib import Path

from files import ROOT, project_files, shown

FENCE = re.compile(r"^\s*(```|~~~)")
CODE = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
# A name in the code. With four words or more it may be a test's or a contract's, which are named as sentences.
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
SENTENCE_WORDS = 4
# The comparisons that a policy makes of a fact's name.
COMPARISON = re.compile(r"_at_(least|most)$")
# Names of other tools.
FOREIGN = {"parameter_overrides"}
# Columns of what `callsheet` prints where there is no terminal.
COLUMNS = 80
PATH = re.compile(r"(?:shared|functions|infra|tests|docs|cli|\.ci)/[\w./-]+")


def problems() -> list[str]:
    """All that is wrong, a line each."""
    sources = [path.read_text() for path in project_files("*.rs", "*.yaml", "*.json", "*.py", "*.toml")]
    words = {word for source in sources for word in re.findall(r"\w+", source)}
    return [problem for path in project_files("*.md") for problem in document_problems(path, words)]


def document_problems(document: Path, words: set[str]) -> Iterator[str]:
    """What is wrong in one document, given the words of the code."""
    for number, line in prose(document):
        place = f"{shown(document)}:{number}"
        for cited in (match[2].strip() for match in CODE.finditer(line)):
            if NAME.fullmatch(cited):
                if not is_known(cited, words):
                    kind = "test or name" if cited.count("_") + 1 >= SENTENCE_WORDS else "name"
                    yield f"{place}: the code has no {kind} `{cited}`"
            elif PATH.fullmatch(cited) and not (ROOT / cited).exists():
                yield f"{place}: there is no file `{cited}`"
        for link in (match[1] or match[2] for match in LINK.finditer(CODE.sub("", line))):
            if problem := link_problem(document, link):
                yield f"{place}: {problem}"
    for number, line in printed(document):
        if len(line) > COLUMNS:
            yield f"{shown(document)}:{number}: callsheet prints no line of {len(line)} columns: it wraps them at {COLUMNS}; run the command again"


def printed(document: Path) -> Iterator[tuple[int, str]]:
    """The lines that `callsheet` prints in a document's consoles, with their numbers."""
    command: str | None = None
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if FENCE.match(line):
            command = "callsheet" if line.strip() == "```console" else None
        elif line.startswith("$ ") and command is not None:
            command = line.removeprefix("$ ")
        elif command is not None and command.startswith("callsheet"):
            yield number, line


def is_known(name: str, words: set[str]) -> bool:
    """Whether a name is in the code: as it is, as the variant that is written so in JSON, or as a compared fact."""
    variant = name.title().replace("_", "")
    return name in FOREIGN or not words.isdisjoint((name, variant, COMPARISON.sub("", name)))


def link_problem(document: Path, link: str) -> str | None:
    """What is wrong with a link, if it is a relative one."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link):
        return None
    target, _, anchor = link.partition("#")
    path = (document.parent / target).resolve() if target else document
    if not path.exists() or not path.is_relative_to(ROOT):
        return f"the link {link} leads to no file"
    if anchor and anchor not in anchors(path):
        return f"the link {link} leads to no heading"
    return None


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    found: set[str] = set()
    for _, line in prose(document):
        if heading := HEADING.match(line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            repeated = sum(1 for known in found if re.fullmatch(re.escape(slug) + r"(-\d+)?", known))
            found.add(f"{slug}-{repeated}" if slug in found else slug)
    return found


def prose(document: Path) -> Iterator[tuple[int, str]]:
    """The lines of a document with their numbers, without blocks of code."""
    in_block = False
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if FENCE.match(line):
            in_block = not in_block
        elif not in_block:
            yield number, line
