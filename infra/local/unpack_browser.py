"""Unpacks the browser of the npm package: `unpack_browser.py <package.tgz> <folder>`. Needs the library Brotli."""

import io
import sys
import tarfile
from pathlib import Path

import brotli

# The browser itself, and archives of the libraries and fonts that it needs.
PROGRAM = "chromium"
ARCHIVES = ("al2023", "fonts", "swiftshader")
# Only the font of the package, so that pictures are the same on every machine.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


def unpack(package: Path, folder: Path) -> None:
    """Writes the browser, its libraries and fonts to a folder."""
    with tarfile.open(package) as files:
        program = folder / PROGRAM
        program.write_bytes(_part(files, f"{PROGRAM}.br"))
        program.chmod(0o755)
        for name in ARCHIVES:
            with tarfile.open(fileobj=io.BytesIO(_part(files, f"{name}.tar.br"))) as archive:
                archive.extractall(folder / name, filter="data")
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder))


def _part(files: tarfile.TarFile, name: str) -> bytes:
    part = files.extractfile(f"package/bin/{name}")
    if part is None:
        raise LookupError(f"The package has no {name}.")
    return brotli.decompress(part.read())


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
