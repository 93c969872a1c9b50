"""One company with calendars of its own in the shared stack, and a client of the console's API."""

import functools
import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# Seconds. Far longer than any condition needs, also on a busy machine.
PATIENCE = float(os.environ.get("CALLSHEET_PATIENCE", "120"))


def wait_until(expected: str, condition: Callable[[], Any]) -> Any:
    """Waits until a condition has a value that is true, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not come to this: {expected}")
        time.sleep(0.1)
    return value


def callsheet(*arguments: str) -> str:
    """Runs the command line and returns what it prints."""
    command = [os.environ["CALLSHEET_COMMAND"], *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout.strip()


def announce(text: str, calendar: str) -> None:
    """Says that a test causes a warning on purpose, about an event of a calendar: `tests/whole_run` reads all of them at the end."""
    line = {"test": os.environ["PYTEST_CURRENT_TEST"], "text": text, "about": [calendar], "may_be_absent": True}
    with open(Path(os.environ["CALLSHEET_LOGS"]) / "announced.jsonl", "a") as file:
        file.write(f"{json.dumps(line)}\n")


def send(url: str, body: Any = None, *, method: str | None = None, token: str | None = None) -> Any:
    """Sends a request and returns the JSON of its answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method or ("GET" if body is None else "POST"))
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@functools.cache
def operator_link() -> str:
    """A link that opens the console as an operator, for as long as the tests run."""
    return callsheet("console", "open", "--by", "lead@acme.example")


def token_of(link: str) -> str:
    """The access token in a link."""
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link).fragment)["token"][0]


class Tenant:
    """A company with one connected calendar, and more if it needs them.

    Its people are nobody else's: what one person pauses or overrides holds for all their calendars, in whichever test they
    were connected.
    """

    def __init__(self) -> None:
        self.control = f"{os.environ['CALLSHEET_SIMULATOR_URL']}/control"
        self.console = os.environ["CALLSHEET_CONSOLE_URL"]
        self.calendars: list[str] = []
        self.team = secrets.token_hex(4)
        self.connect()
        self.link = self.owner_link()
        self.token = token_of(self.link)

    def address(self, desk: int) -> str:
        """The address of a person of the company."""
        return f"desk-{desk}-{self.team}@acme.example"

    def connect(self) -> str:
        """Connects one more calendar and returns its id."""
        email = self.address(len(self.calendars) + 1)
        created = send(f"{self.control}/calendars", {"platform": "google_calendar", "email": email})
        self.calendars.append(created["id"])
        wait_until("the calendar is known", lambda: self._is_known(created["id"]))
        return created["id"]

    def _is_known(self, calendar: str) -> bool:
        try:
            send(f"{self.console}v1/calendars/{calendar}", token=token_of(operator_link()))
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return False
        return True

    @functools.cache
    def owner_link(self, index: int = 0) -> str:
        """A link that opens the console as the owner of a calendar, for as long as the tests run."""
        return callsheet("console", "link", "--owner", self.calendars[index], "--by", "sales@acme.example")

    def participant_link(self, event: str, name: str) -> str:
        """A link that asks a person who takes part in the meeting of an event."""
        return callsheet("console", "link", "--participant", event, "--by", name)

    def create(self, title: str = "Review", *, hours: float = 5, external: bool = True, index: int = 0, **fields: Any) -> str:
        """Puts a meeting into a calendar and returns the event's id. With an attendee of another company it is recorded."""
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=hours)
        draft = {
            "title": title,
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=30)).isoformat(),
            "meeting_url": f"https://meet.example/{uuid.uuid4().hex}?pwd=never-show-this",
            "organizer": "colleague@acme.example",
            "attendees": [{"email": "buyer@globex.example"}] if external else [],
        } | fields
        created = send(f"{self.control}/calendars/{self.calendars[index]}/events", [draft])
        return created[0]["id"]

    def agenda(self) -> list[dict[str, Any]]:
        """The events of the first calendar, as the API lists them."""
        return send(f"{self.console}v1/calendars/{self.calendars[0]}/agenda", token=self.token)["events"]

    def wait_for_bot(self, event: str, state: str) -> None:
        """Waits until the bot of an event is in a state, such as `scheduled`."""

        def holds() -> bool:
            return any(one["id"] == event and one["bot"] == state and not one["is_outdated"] for one in self.agenda())

        wait_until(f"the bot of the event is {state}", holds)
