"""The CloudFormation templates in the documents: blocks of YAML that have resources."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from processes import ROOT

DOCUMENTS = (ROOT / "docs" / "events.md",)
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def templates(text: str) -> list[str]:
    """The templates in a document."""
    return [block for block in BLOCK.findall(text) if re.search(r"^Resources:$", block, re.MULTILINE)]


@contextmanager
def as_files() -> Iterator[list[Path]]:
    """Each template as a file that is named after its document and its place in it."""
    with TemporaryDirectory(prefix="callsheet-") as folder:
        files = []
        for document in DOCUMENTS:
            for number, template in enumerate(templates(document.read_text()), 1):
                file = Path(folder) / f"{document.stem}-{number}.yaml"
                file.write_text(template)
                files.append(file)
        yield files
