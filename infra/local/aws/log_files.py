"""Copies what the deployed functions log to `<role>.log`."""

from pathlib import Path
from typing import Any, TextIO


class LogFiles:
    """The logs of some groups, as far as they are copied.

    The stand-in makes a stream of each invocation, and writes it when the invocation ends. So a group has thousands of streams,
    of which few are new: they are listed from the newest on, as far as a page has any that are not copied.
    """

    def __init__(self, client: Any, groups: dict[str, str], folder: Path) -> None:
        self._client = client
        self._groups = groups
        self._folder = folder
        self._copied_until: dict[tuple[str, str], int] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def copy(self) -> None:
        """Copies what was logged since the last time, the oldest stream first."""
        for role, group in self._groups.items():
            streams = self._changed(group)
            with open(self._folder / f"{role}.log", "a") as file:
                for name, last in sorted(streams.items(), key=lambda stream: stream[1]):
                    self._copy_stream(group, name, file)
                    self._copied_until[group, name] = last

    def _changed(self, group: str) -> dict[str, int]:
        """The streams that have events which are not copied, with the time of the last one."""
        found: dict[str, int] = {}
        newest_first = self._client.get_paginator("describe_log_streams").paginate(logGroupName=group, orderBy="LastEventTime", descending=True)
        for page in newest_first:
            listed = {stream["logStreamName"]: stream.get("lastEventTimestamp", 0) for stream in page["logStreams"]}
            changed = {name: last for name, last in listed.items() if self._copied_until.get((group, name)) != last}
            if not changed:
                break
            found |= changed
        return found

    def _copy_stream(self, group: str, stream: str, file: TextIO) -> None:
        while True:
            token = self._tokens.get((group, stream))
            after = {"nextToken": token} if token else {}
            read = self._client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **after)
            for event in read["events"]:
                file.write(event["message"].rstrip("\n") + "\n")
            self._tokens[group, stream] = read["nextForwardToken"]
            if not read["events"]:
                return
