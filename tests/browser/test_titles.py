"""Titles that only owners see, in a stack that is deployed so."""

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenant import Tenant, callsheet, operator_link, send, token_of, wait_until

TITLE = "Negotiation of the merger"


def redeploy(parameter: str, value: str) -> None:
    """Deploys the stack again with another value of a parameter."""
    command = [os.environ["CALLSHEET_PYTHON"], "-B", "infra/local", "redeploy", os.environ["CALLSHEET_STATE"]]
    done = subprocess.run([*command, f"{parameter}={value}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def listed(tenant: Tenant) -> Iterator[dict[str, Any]]:
    """A meeting that is overridden, as an operator lists it while only owners see titles."""
    event = tenant.create(TITLE)
    tenant.wait_for_bot(event, "scheduled")
    callsheet("override", "event", event, "record", "--by", "lead@acme.example")
    list_of_day = f"{tenant.console}v1/calendars/{tenant.calendars[0]}/agenda"

    def shown(*, is_hidden: bool) -> dict[str, Any] | None:
        events = send(list_of_day, token=token_of(operator_link()))["events"]
        (one,) = [one for one in events if one["id"] == event]
        return one if (one["title"] is None) == is_hidden else None

    redeploy("ConsoleTitles", "owners")
    try:
        yield wait_until("titles are hidden", lambda: shown(is_hidden=True))
    finally:
        redeploy("ConsoleTitles", "all")
        wait_until("titles are shown", lambda: shown(is_hidden=False))


def test_hidden_titles_appear_on_no_operator_page(page: Page, tenant: Tenant, listed: dict[str, Any]) -> None:
    event, calendar = listed["id"], f"/calendars/{tenant.calendars[0]}"
    day = listed["starts_at"][:10]
    of_day = f"/events?calendar={tenant.calendars[0]}&from={day}T00:00:00Z&until={day}T23:59:59Z"
    # Each page with what it shows of the meeting, if anything.
    pages = {
        "/status": None,
        of_day: f"#row-{event}",
        f"/calendars?meetings=true&q={tenant.team}": None,
        f"{calendar}/agenda": f"#row-{event}",
        f"{calendar}/overrides": f"#row-event-{event}",
        f"{calendar}/activity": ".log li",
        f"/events/{event}": ".why",
        "/coverage": None,
        "/policy": None,
    }
    for path, place in pages.items():
        page.goto("about:blank")
        page.goto(f"{operator_link()}&page={path.replace('&', '%26')}")
        page.locator("main .page h1").wait_for()
        if place:
            expect(page.locator(place).first).to_be_visible()
        assert "merger" not in page.content(), path
        expect(page.get_by_role("searchbox", name="Find a title")).to_have_count(0)
    page.goto("about:blank")
    page.goto(f"{operator_link()}&page={calendar}/agenda")
    row = page.locator(f"#row-{event}")
    row.get_by_text("Why?").click()
    expect(row.locator(".why")).to_be_visible()
    assert "merger" not in page.content()
    page.goto("about:blank")
    page.goto(tenant.link)
    expect(page.locator(f"#row-{event}")).to_contain_text(TITLE)
