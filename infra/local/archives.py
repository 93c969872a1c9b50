"""Archives that depend on their content alone: fixed times, modes and order, and no names of users.

The same content gives the same bytes with the same zlib, so a file of a release can be made again and compared.
"""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

# The earliest time that a zip archive can hold.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# More takes three times as long and saves a hundredth.
LEVEL = 6


@dataclass(frozen=True)
class Entry:
    """A file in an archive."""

    content: bytes
    executable: bool = False

    @property
    def mode(self) -> int:
        """Its permissions, which do not depend on the umask."""
        return 0o755 if self.executable else 0o644


def zipped(entries: Mapping[str, Entry]) -> bytes:
    """A zip archive of files by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, entry in sorted(entries.items()):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = 3  # Unix, so that the mode counts
            info.external_attr = (0o100000 | entry.mode) << 16
            # An archive in an archive is compressed already.
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.content, compresslevel=LEVEL)
    return buffer.getvalue()


def tarred(entries: Mapping[str, Entry]) -> bytes:
    """A tar archive of files by path, compressed by gzip."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", LEVEL, buffer, mtime=0) as compressed, tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, entry in sorted(entries.items()):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(entry.content), entry.mode
            archive.addfile(info, io.BytesIO(entry.content))
    return buffer.getvalue()
