"""The workflows call targets of the Makefile, and pin what they use."""

import re
import unittest
from pathlib import Path

import paths  # noqa: F401
import deploy
import targets
from processes import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Programs that a workflow may call besides make: what it tells GitHub.
ALLOWED = {"gh", "printf", "if", "fi"}


def commands(workflow: Path) -> list[str]:
    """The lines of shell in a workflow's steps."""
    found: list[str] = []
    inside = 0
    for line in workflow.read_text().splitlines():
        indent = len(line) - len(line.lstrip())
        if inside and indent > inside:
            found.append(line.strip())
            continue
        inside = 0
        if match := re.match(r"(\s+(?:- )?)run: (.*)$", line):
            inside = len(match[1]) if match[2] == "|" else 0
            found += [] if inside else [match[2]]
    return found


class Workflows(unittest.TestCase):
    """What each workflow runs."""

    def test_steps_call_targets_of_the_makefile(self) -> None:
        known = {target.name for target in targets.declared((ROOT / "Makefile").read_text())}
        called: set[str] = set()
        for workflow in WORKFLOWS:
            for command in commands(workflow):
                words = re.sub(r"^\w+=\$\(", "", command).split()
                with self.subTest(workflow=workflow.name, command=command):
                    if words[0] == "make":
                        self.assertIn(words[1], known)
                        called.add(words[1])
                    else:
                        self.assertIn(words[0], ALLOWED)
        self.assertGreaterEqual(called, {"check", "test", "advisories", "build", "deploy", "dist"})

    def test_the_workflows_run_what_ci_runs(self) -> None:
        for target in targets.RUN_BY_CI:
            self.assertIn(f"make {target}", commands(ROOT / ".github" / "workflows" / "ci.yml"))

    def test_every_action_is_pinned_by_its_commit_one_commit_an_action(self) -> None:
        pins: dict[str, set[str]] = {}
        for workflow in WORKFLOWS:
            for line in re.findall(r"uses: (.*)$", workflow.read_text(), re.MULTILINE):
                self.assertRegex(line, r"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
                pins.setdefault(line.split("@")[0], set()).add(line)
        self.assertTrue(pins)
        self.assertEqual([lines for lines in pins.values() if len(lines) > 1], [])

    def test_every_job_has_permissions_of_its_own_and_a_timeout(self) -> None:
        for workflow in WORKFLOWS:
            text = workflow.read_text()
            jobs = text[text.index("\njobs:\n") :]
            count = len(re.findall(r"^  [\w-]+:$", jobs, re.MULTILINE))
            with self.subTest(workflow=workflow.name):
                self.assertIn("\npermissions: {}\n", text)
                self.assertEqual(len(re.findall(r"^    permissions:$", jobs, re.MULTILINE)), count)
                self.assertEqual(len(re.findall(r"^    timeout-minutes: \d+$", jobs, re.MULTILINE)), count)

    def test_the_environments_that_can_be_deployed_are_those_of_samconfig(self) -> None:
        text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
        options = re.search(r"options: \[(.*)\]", text)
        assert options
        for environment in options[1].split(", "):
            self.assertEqual(deploy.kept(ROOT / "samconfig.toml", environment)["stack_name"], f"callsheet-{environment}")


class Toolchain(unittest.TestCase):
    """One version of Rust, wherever it is named."""

    def test_the_toolchain_is_the_version_that_the_workspace_asks_for(self) -> None:
        channel = re.search(r'^channel = "(\d+\.\d+)\.\d+"$', (ROOT / "rust-toolchain.toml").read_text(), re.MULTILINE)
        wanted = re.search(r'^rust-version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
        assert channel and wanted
        self.assertEqual(channel[1], wanted[1])


if __name__ == "__main__":
    unittest.main()
