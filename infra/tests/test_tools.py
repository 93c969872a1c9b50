"""Packages of Python are pinned by version and hash, and installed as binaries only."""

import re
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import paths  # noqa: F401
import tools

PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^\\]+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")


class Requirements(unittest.TestCase):
    """The files in `requirements/`."""

    def test_every_package_is_pinned_with_hashes(self) -> None:
        self.assertGreaterEqual(len(tools.requirements()), 4)
        for path in tools.requirements():
            lines = [line for line in path.read_text().splitlines(keepends=True) if not line.startswith("#")]
            text = "".join(lines)
            self.assertTrue(text.strip(), path.name)
            rest = PIN.sub("", text)
            self.assertEqual(rest.split(), [], path.name)

    def test_every_file_is_installed_by_a_function_of_its_name(self) -> None:
        for path in tools.requirements():
            self.assertTrue(callable(getattr(tools, path.stem.replace("-", "_"), None)), path.name)


class Installation(unittest.TestCase):
    """What pip refuses. Nothing is fetched: the packages are files of the test."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        with zipfile.ZipFile(self.folder / "example-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("example.py", "")
            wheel.writestr("example-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n")
            wheel.writestr("example-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr("example-1.0.dist-info/RECORD", "")

    def install(self, requirements: str) -> str:
        """Installs into a folder of the test and returns pip's errors; an empty text if it succeeded."""
        path = self.folder / "requirements.txt"
        path.write_text(requirements)
        offline = ["--no-index", "--find-links", str(self.folder), "--target", str(self.folder / "installed")]
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *tools.install_arguments(path), *offline]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def digest(self) -> str:
        import hashlib

        return hashlib.sha256((self.folder / "example-1.0-py3-none-any.whl").read_bytes()).hexdigest()

    def test_a_package_with_its_hash_is_installed(self) -> None:
        self.assertEqual(self.install(f"example==1.0 --hash=sha256:{self.digest()}\n"), "")

    def test_a_package_with_another_hash_is_refused(self) -> None:
        self.assertIn("DO NOT MATCH THE HASHES", self.install(f"example==1.0 --hash=sha256:{'0' * 64}\n"))

    def test_a_package_without_a_hash_is_refused(self) -> None:
        self.assertIn("hash", self.install("example==1.0\n").lower())

    def test_a_package_that_would_have_to_be_built_is_refused(self) -> None:
        (self.folder / "other-1.0.tar.gz").write_bytes(b"")
        self.assertIn("No matching distribution", self.install(f"other==1.0 --hash=sha256:{'0' * 64}\n"))


if __name__ == "__main__":
    unittest.main()
