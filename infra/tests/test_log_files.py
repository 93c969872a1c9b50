"""How the logs of the local cloud become files."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

import paths  # noqa: F401
from log_files import LogFiles

PAGE = 3


class Logs:
    """CloudWatch Logs with one group, and a count of the streams that were read."""

    def __init__(self) -> None:
        self.streams: dict[str, list[tuple[int, str]]] = {}
        self.read: list[str] = []

    def log(self, stream: str, at: int, *messages: str) -> None:
        self.streams.setdefault(stream, []).extend((at, message) for message in messages)

    def get_paginator(self, _: str) -> "Logs":
        return self

    def paginate(self, *, orderBy: str, descending: bool, **_: Any) -> Any:  # noqa: N803
        assert (orderBy, descending) == ("LastEventTime", True)
        listed = [{"logStreamName": name, "lastEventTimestamp": events[-1][0]} for name, events in self.streams.items()]
        listed.sort(key=lambda stream: -stream["lastEventTimestamp"])
        for first in range(0, len(listed), PAGE):
            yield {"logStreams": listed[first : first + PAGE]}

    def get_log_events(self, *, logStreamName: str, nextToken: str = "0", **_: Any) -> Any:  # noqa: N803
        self.read.append(logStreamName)
        events = self.streams[logStreamName]
        new = [{"message": message} for _, message in events[int(nextToken) :]]
        return {"events": new, "nextForwardToken": str(len(events))}


class LogFilesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "sync.log"
        self.logs = Logs()
        self.files = LogFiles(self.logs, {"sync": "group"}, Path(folder.name))

    def copied(self) -> list[str]:
        self.files.copy()
        return self.file.read_text().splitlines()

    def test_every_line_is_copied_once_in_order(self) -> None:
        for number in range(10):
            self.logs.log(f"stream-{9 - number}", number, f"first of {number}", f"second of {number}")
        lines = [f"{which} of {number}" for number in range(10) for which in ("first", "second")]
        self.assertEqual(self.copied(), lines)
        self.assertEqual(self.copied(), lines)

    def test_a_stream_that_was_copied_is_read_again_only_if_it_has_new_lines(self) -> None:
        for number in range(10):
            self.logs.log(f"stream-{number}", number, f"line {number}")
        self.copied()
        self.logs.read.clear()
        self.logs.log("stream-3", 20, "late")
        self.logs.log("new", 21, "new")
        self.assertEqual(self.copied()[-2:], ["late", "new"])
        self.assertEqual(set(self.logs.read), {"stream-3", "new"})


if __name__ == "__main__":
    unittest.main()
