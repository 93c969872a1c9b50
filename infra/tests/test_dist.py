"""What a release ships, without building it."""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import paths  # noqa: F401
import build
import dist
import licences
import linked
import targets
import template
from archives import Entry, tarred, zipped
from errors import LocalCloudError
from linked import Linked
from packaged import packaged
from processes import ROOT

FILES = {"b/program": Entry(b"\x7fELF", executable=True), "a.txt": Entry(b"text")}


def package(name: str, folder: Path, checksum: str | None = "0" * 64, licence: str = "MIT") -> Linked:
    """A package of the registry with these properties."""
    return Linked((name, "1.0.0"), licence, ("A. Author",), "https://example.com", folder, checksum, ("callsheet",), ())


class Archives(unittest.TestCase):
    """Archives depend on nothing but their content."""

    def test_order_and_time_change_nothing(self) -> None:
        reversed_files = dict(reversed(FILES.items()))
        for made in (zipped, tarred):
            first = made(FILES)
            with mock.patch("time.time", return_value=2e9):
                self.assertEqual(made(reversed_files), first)

    def test_a_zip_has_fixed_times_and_modes(self) -> None:
        with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as archive:
            infos = archive.infolist()
        self.assertEqual([(info.filename, info.date_time, oct(info.external_attr >> 16)) for info in infos], [("a.txt", (1980, 1, 1, 0, 0, 0), "0o100644"), ("b/program", (1980, 1, 1, 0, 0, 0), "0o100755")])

    def test_an_archive_in_an_archive_is_not_compressed_again(self) -> None:
        with zipfile.ZipFile(io.BytesIO(zipped({"a.zip": Entry(b"0" * 999), "a.txt": Entry(b"0" * 999)}))) as archive:
            self.assertEqual([(info.filename, info.compress_type) for info in archive.infolist()], [("a.txt", zipfile.ZIP_DEFLATED), ("a.zip", zipfile.ZIP_STORED)])

    def test_a_tar_has_no_user_and_no_time(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(tarred(FILES))) as archive:
            members = archive.getmembers()
        self.assertEqual([(one.name, one.mtime, oct(one.mode), one.uid, one.uname) for one in members], [("a.txt", 0, "0o644", 0, ""), ("b/program", 0, "0o755", 0, "")])


class Packaged(unittest.TestCase):
    """The template of a release."""

    def test_nothing_is_left_to_build(self) -> None:
        names = template.functions()
        made = packaged(template.PATH.read_text(), names, "x86_64")
        for name in names:
            self.assertIn(f"      CodeUri: functions/{name}.zip\n", made)
        self.assertNotIn("BuildMethod", made)
        self.assertIn("    Default: x86_64\n    AllowedValues: [x86_64]\n", made)
        self.assertNotIn("make build", made)

    def test_the_rest_is_as_it_was(self) -> None:
        made = set(packaged(template.PATH.read_text(), template.functions(), "arm64").splitlines())
        lost = [line for line in template.PATH.read_text().splitlines() if line not in made]
        self.assertEqual(len(lost), 2 * len(template.functions()) + 2, lost)

    def test_a_function_that_is_written_otherwise_is_an_error(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "says 0 times the code of other"):
            packaged(template.PATH.read_text(), ("other",), "arm64")


class Licences(unittest.TestCase):
    """The texts of licences."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def made(self, name: str, **files: str) -> Linked:
        folder = self.folder / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        return package(name, folder)

    def test_equal_texts_are_printed_once_with_all_packages(self) -> None:
        packages = [self.made("one", LICENSE="the text\n"), self.made("two", LICENSE="the text\r\n", NOTICE="a notice"), self.made("three", README="no licence", LICENSE="other")]
        printed = licences.document(packages, None)
        self.assertEqual(printed.count("the text"), 1)
        self.assertIn("one 1.0.0, LICENSE\ntwo 1.0.0, LICENSE\n\nthe text\n", printed)
        self.assertIn("a notice", printed)
        self.assertNotIn("no licence", printed)

    def test_a_package_without_a_text_is_named_with_what_it_states(self) -> None:
        common = self.folder / "common"
        common.mkdir()
        (common / "MIT.txt").write_text("Permission is granted")
        printed = licences.document([self.made("bare")], common)
        self.assertIn("These packages state the licence MIT and bring no text of it:\n\nbare 1.0.0, by A. Author: https://example.com\n\nPermission is granted", printed)
        self.assertIn("https://spdx.org/licenses/MIT.html", licences.document([package("bare", self.folder / "bare")], None))

    def test_packages_of_this_workspace_are_not_listed(self) -> None:
        ours = package("ours", self.folder, checksum=None)
        self.assertNotIn("ours", licences.document([ours], None))


class Linking(unittest.TestCase):
    """What is in the programs, as cargo says it."""

    packages: list[Linked]
    # By name; of a package in two versions, the later one.
    found: dict[str, Linked]

    @classmethod
    def setUpClass(cls) -> None:
        cls.packages = linked.packages(dist.programs_by_package(), [dist.TARGETS[build.architecture()]])
        cls.found = {one.key[0]: one for one in cls.packages}

    def test_a_package_knows_its_programs_and_its_licence(self) -> None:
        self.assertEqual(self.found["clap"].programs, ("callsheet",))
        self.assertEqual(set(self.found["serde"].programs), set(dist.programs_by_package()))
        self.assertEqual(self.found["clap"].licence, "MIT OR Apache-2.0")
        self.assertRegex(self.found["clap"].checksum or "", "^[0-9a-f]{64}$")
        self.assertIn(self.found["clap_builder"].key, self.found["clap"].needs)

    def test_what_only_builds_and_tests_use_is_not_listed(self) -> None:
        self.assertEqual({"proptest", "syn", "serde_derive", "clap_mangen", "callsheet-testkit", "recall-simulator"} & self.found.keys(), set())

    def test_the_bill_of_materials_is_valid_and_the_same_each_time(self) -> None:
        first = dist.bill_of_materials(self.packages)
        self.assertEqual(dist.bill_of_materials(self.packages), first)
        bill = json.loads(first)
        components = {one["name"]: one for one in bill["components"]}
        self.assertEqual(components.keys() - {"rust-std"}, self.found.keys())
        self.assertEqual(components["clap"]["purl"], f"pkg:cargo/clap@{self.found['clap'].key[1]}")
        needed = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
        self.assertIn("scheduler@" + dist.version(), needed["callsheet@" + dist.version()])


class Version(unittest.TestCase):
    """The version of the workspace, wherever else it is written."""

    def test_the_changelog_begins_with_it(self) -> None:
        headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
        self.assertEqual(headings[0], dist.version())

    def test_the_template_names_it(self) -> None:
        named = re.findall(r"^  Callsheet: { Version: (.+) }$", template.PATH.read_text(), re.MULTILINE)
        self.assertEqual(named, [dist.version()])

    def test_the_documents_name_its_archives(self) -> None:
        texts = [path.read_text() for path in (ROOT / "docs").glob("*.md")]
        named = {found for text in texts for found in re.findall(r"callsheet-(\d+\.\d+\.\d+)", text)}
        self.assertEqual(named, {dist.version()})

    def test_its_rows_and_messages_are_kept(self) -> None:
        for kept in ("store", "queue"):
            self.assertTrue((ROOT / "shared" / kept / "released" / dist.version()).is_dir(), kept)


class Release(unittest.TestCase):
    """Names, checksums and flags."""

    def test_checksums_are_those_of_sha256sum(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "b").write_bytes(b"2")
            (Path(name) / "a").write_bytes(b"1")
            digest = hashlib.sha256(b"1").hexdigest()
            self.assertEqual(dist.checksums(Path(name), ["b", "a"]).splitlines()[0], f"{digest}  a")

    def test_the_compiler_replaces_the_paths_of_this_machine(self) -> None:
        flags = dist.path_flags(Path("/elsewhere/target"))
        self.assertIn(f"--remap-path-prefix={ROOT}=/callsheet", flags)
        self.assertIn("--remap-path-prefix=/elsewhere/target=/callsheet/target", flags)

    def test_a_path_without_a_program_has_the_others(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            programs = Path(name) / "programs"
            programs.mkdir()
            for program in ("cargo", "make"):
                (programs / program).write_text("#!/bin/sh\n")
                (programs / program).chmod(0o755)
            with mock.patch.dict(os.environ, {"PATH": str(programs)}):
                path = targets.path_without(("cargo",), Path(name) / "links")
            self.assertIsNone(shutil.which("cargo", path=path))
            self.assertIsNotNone(shutil.which("make", path=path))

    def test_a_release_that_is_not_there_is_an_error(self) -> None:
        with mock.patch.dict(os.environ, {build.PACKAGED_VARIABLE: "/nowhere/template.yaml"}), self.assertRaisesRegex(LocalCloudError, "is no file"):
            build.packaged()
        with mock.patch.dict(os.environ):
            os.environ.pop(build.PACKAGED_VARIABLE, None)
            self.assertIsNone(build.packaged())


if __name__ == "__main__":
    unittest.main()
