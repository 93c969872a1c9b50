"""A reader of Rust source: its tokens, without comments and without what is compiled for tests only.

It knows as much of the language as the checks need: comments, literals, attributes and brackets.
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*)
  | (?P<block>/\*)
  | (?P<raw>b?c?r(?P<hashes>\#*)"(?:.|\n)*?"(?P=hashes))
  | (?P<string>[bc]?"(?:\\(?:.|\n)|[^"\\])*")
  | (?P<char>b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|[^'\\\n])')
  | (?P<lifetime>'[A-Za-z_]\w*)
  | (?P<word>(?:r\#)?[A-Za-z_]\w*)
  | (?P<number>\d\w*)
  | (?P<path>::)
  | (?P<other>\S)
    """,
    re.VERBOSE,
)
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    """A token and the line it is on. Literals are kept as a quote, so that no name is found in them."""

    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """The tokens of a file, without comments."""
    found: list[Token] = []
    position, line = 0, 1
    while match := TOKEN.search(source, position):
        line += source.count("\n", position, match.start())
        end = match.end()
        if match["block"]:
            end = _end_of_comment(source, match.start())
        elif match["raw"] or match["string"] or match["char"]:
            found.append(Token('"', line))
        elif not match["comment"]:
            found.append(Token(match.group().removeprefix("r#"), line))
        line += source.count("\n", match.start(), end)
        position = end
    return found


def without_tests(source: list[Token]) -> list[Token]:
    """The tokens without the items that stand below `#[cfg(test)]` or `#[test]`."""
    kept: list[Token] = []
    position = 0
    while position < len(source):
        if source[position].text == "#" and _text(source, position + 1) == "[":
            end = closing(source, position + 1) + 1
            attribute = "".join(token.text for token in source[position:end])
            if attribute in ("#[cfg(test)]", "#[test]"):
                position = _end_of_item(source, end)
                continue
            position = end  # no other attribute names a module
            continue
        kept.append(source[position])
        position += 1
    return kept


def closing(source: list[Token], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or the last index."""
    depth = 0
    for index in range(opening, len(source)):
        text = source[index].text
        if text in OPENING:
            depth += 1
        elif text in CLOSING:
            depth -= 1
            if depth == 0:
                return index
    return len(source) - 1


def _end_of_item(source: list[Token], start: int) -> int:
    index = start
    while index < len(source):
        text = source[index].text
        if text == ";":
            return index + 1
        if text == "{":
            return closing(source, index) + 1
        index = closing(source, index) + 1 if text in OPENING else index + 1
    return index


def _end_of_comment(source: str, start: int) -> int:
    depth, position = 0, start
    for match in re.finditer(r"/\*|\*/", source[start:]):
        depth += 1 if match.group() == "/*" else -1
        position = start + match.end()
        if depth == 0:
            return position
    return len(source)


def _text(source: list[Token], index: int) -> str:
    return source[index].text if index < len(source) else ""
