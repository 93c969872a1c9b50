"""Starts what runs beside us, remembers it on disk, and ends it by its id, nothing else.

A record holds the process's id and when it began, so that an id which another process
has by now is left alone. Each process leads a group of its own: Ctrl-C reaches only us, and what it
started ends with it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from errors import LocalCloudError

ROOT = Path(__file__).resolve().parents[2]
STATES = ROOT / ".local"
# Names the state of `make up`, `make invoke` and `make down`, so that a second local cloud can be beside the first.
STATE_VARIABLE = "CALLSHEET_STATE"


def lasting_state() -> "State":
    """The state of the local cloud that `make up` leaves running."""
    return State(os.environ.get(STATE_VARIABLE) or "up")


class State:
    """One local cloud: its processes, logs and settings in a folder of `.local/`."""

    def __init__(self, name: str) -> None:
        self.folder = STATES / name
        self.logs = self.folder / "logs"
        self.keep = False
        self._records = self.folder / "processes.json"

    def create(self) -> None:
        """Makes the folder, for the owner's eyes: it holds keys."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> "Child":
        """Starts a process that outlives us unless it is ended; its output goes to a log of its name."""
        log = self.logs / f"{name}.log"
        with open(log, "ab") as output:
            try:
                process = subprocess.Popen(
                    command,
                    env=environment,
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise LocalCloudError(f"{name} could not start: `{command[0]}` is missing.") from None
        record = {"name": name, "pid": process.pid, "began": _began(process.pid), "command": command}
        self._write([*self.records(), record])
        return Child(name, process, log)

    def stop(self, name: str) -> None:
        """Ends the process of that name. Its record is kept for `start_again`."""
        _end([record for record in self.records() if record["name"] == name])

    def start_again(self, name: str) -> "Child":
        """Starts a stopped process with the same command and the environment of ours."""
        stopped = next(record for record in self.records() if record["name"] == name)
        self._write([record for record in self.records() if record["name"] != name])
        return self.start(name, stopped["command"], dict(os.environ))

    def records(self) -> list[dict]:
        """What was started here, whether it still runs or not."""
        return json.loads(self._records.read_text()) if self._records.exists() else []

    def alive(self) -> bool:
        """Whether anything started here still runs."""
        return any(_is(record) for record in self.records())

    def is_orphaned(self) -> bool:
        """Whether the command that it belongs to, and that would end it, no longer runs.

        A state that ends with its command has that command's process id behind its name: `test-4711`.
        """
        owner = self.folder.name.rpartition("-")[2]
        return owner.isdigit() and not _began(int(owner))

    def end(self) -> int:
        """Ends everything started here, last first, and says how many there were."""
        ended = _end(list(reversed(self.records())))
        self._records.unlink(missing_ok=True)
        return ended

    def remove(self) -> None:
        """Ends everything started here and removes the folder."""
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, records: list[dict]) -> None:
        self._records.touch(mode=0o600)  # a command may hold a key
        self._records.write_text(json.dumps(records, indent=1))


# Seconds. Far longer than any process needs to be ready, even on a busy machine; one that ends is noticed at once.
READY_WITHIN = 180


class Child:
    """A process we started a moment ago."""

    def __init__(self, name: str, process: subprocess.Popen, log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    def wait_for(self, ready) -> None:
        """Waits until `ready()` holds; an error if the process ends or takes longer than `READY_WITHIN`."""
        deadline = time.monotonic() + READY_WITHIN
        while not ready():
            if self.process.poll() is not None:
                raise LocalCloudError(f"{self.name} ended with code {self.process.returncode}: {self._last_line()}")
            if time.monotonic() > deadline:
                raise LocalCloudError(f"{self.name} was not ready within {READY_WITHIN} s; its log is {self.log}.")
            time.sleep(0.05)

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing."


def free_port() -> int:
    """A port on 127.0.0.1 that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def chosen_port(variable: str) -> int:
    """The port that the environment asks for, or a free one."""
    asked = os.environ.get(variable)
    if not asked:
        return free_port()
    if not asked.isdigit() or not 1024 <= int(asked) <= 65535:
        raise LocalCloudError(f"{variable}={asked} is not a port between 1024 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(asked)))
        except OSError:
            raise LocalCloudError(f"Port {asked} is taken: set {variable} to another, or leave it out for a free one.") from None
    return int(asked)


def listens(port: int) -> bool:
    """Whether a process listens on that port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _began(pid: int) -> str:
    """When that process began, as its system tells it; nothing if it has ended."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:  # the name, in parentheses, may hold spaces: the state comes after it, the start 19 fields later
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    shown = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True).stdout
    state, _, began = shown.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def _end(records: list[dict]) -> int:
    """Ends the processes that still run, in this order, and returns how many there were."""
    running = [record for record in records if _is(record)]
    for record in running:
        _signal(record["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(_is(record) for record in running):
        time.sleep(0.05)
    for record in running:  # the whole group: also what the process left behind
        _signal(record["pid"], signal.SIGKILL)
    return len(running)


def _is(record: dict) -> bool:
    return bool(record["began"]) and _began(record["pid"]) == record["began"]


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass
