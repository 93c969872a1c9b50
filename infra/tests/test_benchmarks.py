"""How benchmarks share a local cloud, and how their reports are judged."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import paths  # noqa: F401
import commands
import processes
import targets
from errors import LocalCloudError
from processes import State


class Processes(unittest.TestCase):
    """A process of a local cloud is stopped and started again, as the simulator is between benchmarks."""

    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.object(processes, "STATES", Path(folder)))
        self.state = State("test")
        self.state.create()

    def test_a_stopped_process_starts_again_with_its_command(self) -> None:
        child = self.state.start("simulator", ["sleep", "60"], {"PATH": "/usr/bin:/bin"})
        self.state.stop("simulator")
        child.process.wait(10)
        self.assertFalse(self.state.alive())
        again = self.state.start_again("simulator")
        self.addCleanup(again.process.wait)
        self.addCleanup(self.state.end)
        self.assertNotEqual(again.process.pid, child.process.pid)
        self.assertTrue(self.state.alive())
        self.assertEqual([record["command"] for record in self.state.records()], [["sleep", "60"]])

    def test_only_the_named_process_is_stopped(self) -> None:
        other = self.state.start("stand-in", ["sleep", "60"], {"PATH": "/usr/bin:/bin"})
        self.addCleanup(other.process.wait)
        self.addCleanup(self.state.end)
        self.state.stop("simulator")
        self.assertIsNone(other.process.poll())


class Benchmarks(unittest.TestCase):
    """Names and reports."""

    def test_the_benchmark_that_counts_requests_shares_no_cloud(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "by itself"):
            commands.bench(["storm", commands.COUNTING, "--smallest"])

    def test_a_benchmark_has_to_be_named(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "Name the benchmark"):
            commands.bench(["--profile=debug", "--smallest"])

    def test_faults_in_a_report_are_found(self) -> None:
        for rows, expected in [
            ([{"violations": 0, "wrong after": 2}], ["wrong after: 2"]),
            ([{"violations": 0, "lists": 5}], []),
            ([], ["no rows"]),
        ]:
            with self.subTest(rows), tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write(json.dumps({"tables": [{"rows": rows}]}))
                file.flush()
                self.assertEqual(targets.faults_of(Path(file.name)), expected)


if __name__ == "__main__":
    unittest.main()
