"""The checks of documents and of retired terms."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import paths  # noqa: F401
import docs
import terms


class Documents(unittest.TestCase):
    """Each test writes a document, and reads what is wrong with it."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        for place in ("docs.ROOT", "files.ROOT"):
            self.enterContext(mock.patch(place, self.folder))

    def problems(self, text: str, words: set[str] = frozenset()) -> list[str]:
        document = self.folder / "a.md"
        document.write_text(text)
        return list(docs.document_problems(document, words))

    def test_a_cited_test_must_exist(self) -> None:
        cited = "It holds: `a_row_that_waits_blocks_no_other`."
        self.assertEqual(self.problems(cited), ["a.md:1: the code has no test or name `a_row_that_waits_blocks_no_other`"])
        self.assertEqual(self.problems(cited, {"a_row_that_waits_blocks_no_other"}), [])

    def test_a_name_may_be_a_variant_or_a_compared_fact(self) -> None:
        self.assertEqual(self.problems("`only_here`, `lead_minutes_at_least`", {"OnlyHere", "lead_minutes"}), [])
        self.assertEqual(self.problems("`only_here`"), ["a.md:1: the code has no name `only_here`"])

    def test_blocks_of_code_are_left_aside(self) -> None:
        self.assertEqual(self.problems("```\n`a_b_c_d` [x](none.md)\n```\n"), [])

    def test_what_callsheet_prints_fits_80_columns(self) -> None:
        long, fitting = "x" * 81, "─" * 80
        for console in (f"$ callsheet status --utc\n{long}", f"$ make run\n{long}\n$ callsheet status\n{long}", long):
            (problem,) = self.problems(f"```console\n{console}\n{fitting}\n```\n{long}\n")
            self.assertIn("callsheet prints no line of 81 columns", problem)
        for block in (f"```console\n$ make run\n{long}\n```", f"```sh\n{long}\n```", f"```console\n$ callsheet events {long}\n{fitting}\n```"):
            self.assertEqual(self.problems(block), [])

    def test_a_cited_path_must_exist(self) -> None:
        self.assertEqual(self.problems("`infra/none.py`"), ["a.md:1: there is no file `infra/none.py`"])

    def test_a_relative_link_must_lead_to_a_file(self) -> None:
        self.assertEqual(self.problems("[b](b.md) [c](https://example.com/none)"), ["a.md:1: the link b.md leads to no file"])
        (self.folder / "b.md").write_text("")
        self.assertEqual(self.problems("[b](b.md)"), [])

    def test_an_anchor_must_be_a_heading(self) -> None:
        headings = "# One `two`, three\n## Twice\n## Twice\n"
        (self.folder / "b.md").write_text(headings)
        self.assertEqual(self.problems("[](b.md#one-two-three) [](b.md#twice-1)"), [])
        self.assertEqual(self.problems("[](b.md#twice-2)"), ["a.md:1: the link b.md#twice-2 leads to no heading"])
        self.assertEqual(self.problems("# Here\n[](#here) [](#there)"), ["a.md:2: the link #there leads to no heading"])


class ShellBlocks(unittest.TestCase):
    """The blocks of shell in the documents that are followed command by command."""

    BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

    def test_a_shell_parses_each_block(self) -> None:
        for name in ("operating.md", "deploying.md"):
            blocks = self.BLOCK.findall((docs.ROOT / "docs" / name).read_text())
            self.assertTrue(blocks, name)
            for _, block in blocks:
                parsed = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
                self.assertEqual(parsed.returncode, 0, f"{name}: {parsed.stderr}\n{block}")


class RetiredTerms(unittest.TestCase):
    """The list's format, and where terms are found."""

    TERMS = terms.read("# a comment\n\n(?i)\\bsweeps?\\b|x_sweep | resync\n")

    def test_a_term_is_found_with_its_line_and_replacement(self) -> None:
        found = list(terms.found_in("a.rs", "one\na Sweep here\n", self.TERMS))
        self.assertEqual(found, ["a.rs:2: `Sweep` is retired, use resync"])

    def test_a_term_is_found_in_a_path(self) -> None:
        self.assertEqual(list(terms.found_in("sweep.rs", "", self.TERMS)), ["sweep.rs: `sweep` is retired, use resync"])

    def test_part_of_a_word_is_no_term(self) -> None:
        self.assertEqual(list(terms.found_in("a.rs", "sweeping", self.TERMS)), [])

    def test_every_term_of_the_list_has_a_replacement(self) -> None:
        listed = terms.read(terms.LIST.read_text())
        self.assertGreater(len(listed), 20)
        for term in listed:
            self.assertTrue(term.replacement and term.pattern.pattern, term)
            self.assertIsNone(term.pattern.search(""), term)


if __name__ == "__main__":
    unittest.main()
