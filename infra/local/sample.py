"""A sample owner in the simulator, so that the console of a new local cloud has an agenda to show."""

import json
import time
import urllib.request
from datetime import datetime, timedelta
from typing import Any

OWNER = "sales@acme.example"
LINK = "https://meet.example/sample"


def connect(simulator: str) -> str:
    """Connects a calendar with a week of meetings to the simulator, and returns its id."""
    calendar = _send(f"{simulator}/control/calendars", {"platform": "google_calendar", "email": OWNER})["id"]
    _send(f"{simulator}/control/calendars/{calendar}/events", meetings(datetime.now().astimezone()))
    return calendar


def meetings(now: datetime) -> list[dict[str, Any]]:
    """The meetings of the week that begins at `now`, in its time zone."""
    hour = now.replace(minute=0, second=0, microsecond=0)

    def on(day: int, at: int) -> datetime:
        return hour.replace(hour=at) + timedelta(days=day)

    review = {"ical_uid": "weekly-review@acme.example", "series_id": "weekly-review"}
    return [
        _meeting("Kick-off Globex", hour + timedelta(hours=1), 45, ["buyer@globex.example", "legal@globex.example"]),
        _meeting("Planning", hour + timedelta(hours=3), 30, ["lead@acme.example"]),
        _meeting("Weekly review", on(1, 9), 45, ["lead@acme.example"], **review),
        _meeting("Demo for Initech", on(1, 11), 60, ["cto@initech.example"]),
        _meeting("1:1", on(1, 14), 30, ["lead@acme.example"]),
        _meeting("Negotiation with Hooli: prices, terms and the plan for the migration", on(1, 16), 90, ["buyer@hooli.example", "cfo@hooli.example"]),
        _meeting("Interview", on(2, 10), 60, ["candidate@mail.example"]),
        _meeting("Lunch", on(2, 12), 60, [], meeting_url=None),
        _meeting("Roadmap", on(2, 15), 45, ["lead@acme.example", "design@acme.example"]),
        _meeting("Contract, Initech", on(3, 9), 30, ["counsel@initech.example"]),
        _meeting("Support hand-over", on(3, 13), 30, ["lead@acme.example"]),
        _meeting("Weekly review", on(8, 9), 45, ["lead@acme.example"], **review),
    ]


def _meeting(title: str, start: datetime, minutes: int, attendees: list[str], **fields: Any) -> dict[str, Any]:
    return {
        "title": title,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=minutes)).isoformat(),
        "meeting_url": f"{LINK}-{start:%d-%H}",
        "organizer": OWNER,
        "attendees": [{"email": address} for address in attendees],
    } | fields


def _send(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_for(condition, seconds: float = 60) -> Any:
    """The first value of `condition()` that is true; none if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value
