"""Every target of the Makefile is exercised."""

import contextlib
import io
import os
import unittest
from unittest import mock

import paths  # noqa: F401
import targets
from errors import LocalCloudError
from processes import ROOT
from targets import Skipped

MAKEFILE = """
.PHONY: help test ship
SHIP ?= no
help: ## list the targets
test: ## run the tests
\t@echo
ship: test ## deploy it
"""


class Makefile(unittest.TestCase):
    """Which targets there are, and which nothing exercises."""

    def test_every_target_of_the_project_is_exercised(self) -> None:
        found = targets.declared((ROOT / "Makefile").read_text())
        self.assertGreater(len(found), 10)
        self.assertEqual(targets.unexercised(found, targets.CI.read_text()), set())

    def test_every_exercised_target_is_in_the_makefile(self) -> None:
        found = {target.name for target in targets.declared((ROOT / "Makefile").read_text())}
        exercised = {name for names in targets.GROUPS.values() for name in names}
        self.assertEqual(exercised | set(targets.RUN_BY_CI), found)

    def test_targets_are_read_with_their_help(self) -> None:
        found = targets.declared(MAKEFILE)
        self.assertEqual([(target.name, target.help) for target in found], [("help", "list the targets"), ("test", "run the tests"), ("ship", "deploy it")])

    def test_a_target_without_help_or_phony_counts_too(self) -> None:
        self.assertIn("quiet", [target.name for target in targets.declared(MAKEFILE + "quiet:\n\t@echo\n")])

    def test_a_target_that_nothing_runs_is_found(self) -> None:
        found = targets.declared(MAKEFILE)
        self.assertEqual(targets.unexercised(found, "make test\n"), {"ship"})
        self.assertEqual(targets.unexercised(found, "# make test\n"), {"ship", "test"})


class Counting(unittest.TestCase):
    """What is printed of each target, and counted."""

    def setUp(self) -> None:
        self.printed = io.StringIO()
        self.enterContext(contextlib.redirect_stdout(self.printed))
        self.exercises = targets.Exercises(ROOT, ROOT)

    def counts(self) -> tuple[int, int, int]:
        return self.exercises.passed, self.exercises.failed, self.exercises.skipped

    def test_a_target_that_works_is_counted_and_printed(self) -> None:
        with self.exercises.counted("size"):
            pass
        self.assertEqual(self.counts(), (1, 0, 0))
        self.assertRegex(self.printed.getvalue(), r"^make size … ok \(\d+\.\d s\)\n$")

    def test_a_target_that_fails_is_counted_with_its_reason(self) -> None:
        with self.exercises.counted("size"):
            raise LocalCloudError("no size")
        with self.exercises.counted("up"):
            raise Skipped("no tool")
        self.assertEqual(self.counts(), (0, 1, 1))
        self.assertRegex(self.printed.getvalue(), r"make size … FAILED .*\n    LocalCloudError: no size\nmake up … skipped .*\n    no tool\n")

    def test_make_that_fails_is_an_error_with_its_output(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "(?s)It ended with 2.*no-such-target"):
            self.exercises.make("no-such-target")

    def test_the_callers_settings_decide_nothing(self) -> None:
        caller = {"LOG_LEVEL": "debug", "MAKEFLAGS": "n", "RECALL_API_KEY": "real", "CALLSHEET_PORT": "4566", "LIST_EVENTS_PER_MINUTE": "1"}
        with mock.patch.dict(os.environ, caller):
            environment = targets.Exercises(ROOT, ROOT).environment
        self.assertEqual(caller.keys() & environment.keys(), set())


class Answers(unittest.TestCase):
    """What `make deploy` is answered."""

    def test_every_parameter_without_a_default_is_answered(self) -> None:
        import template

        parameters = template.read().parameters
        given = targets.answers().split("\n")[2 : 2 + len(parameters)]
        for parameter, answer in zip(parameters.values(), given, strict=True):
            self.assertTrue(answer or parameter.default is not None, parameter)


if __name__ == "__main__":
    unittest.main()
