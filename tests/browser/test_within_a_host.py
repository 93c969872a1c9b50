"""The console in a page of a host application: the examples of docs/embedding.md, as they are."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import BrowserContext, Page, expect

from tenant import Tenant, callsheet, send, wait_until

EXAMPLES = Path(__file__).parents[2] / "docs" / "embedding"
# Playwright brings its own Node.
PROGRAMS = {"python": [sys.executable, str(EXAMPLES / "host.py")], "node": [compute_driver_executable()[0], str(EXAMPLES / "host.mjs")]}


@contextmanager
def host(program: str, tenant: Tenant, key: dict[str, str], *, token_seconds: int = 900) -> Iterator[int]:
    """Runs an example for the owner of a calendar, and gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "CALLSHEET_KEY_NAME": key["name"],
        "CALLSHEET_KEY": key["secret"],
        "CALLSHEET_TOKEN_SECONDS": str(token_seconds),
        "CRM_USER": "sales@acme.example",
        "CRM_CALENDAR": tenant.calendars[0],
    }
    with subprocess.Popen([*PROGRAMS[program], str(port)], env=environment) as process:
        try:
            wait_until("the host listens", lambda: listens(port))
            wait_until("the console takes the key", lambda: is_taken(tenant, port))
            yield port
        finally:
            process.terminate()


def listens(port: int) -> bool:
    """Whether a server listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def is_taken(tenant: Tenant, port: int) -> bool:
    """Whether the console takes the tokens of a host."""
    return is_valid(tenant, send(f"http://127.0.0.1:{port}/callsheet/token")["token"])


def is_valid(tenant: Tenant, token: str) -> bool:
    """Whether the console takes a token, which is an owner's."""
    try:
        return send(f"{tenant.console}v1/me", token=token)["role"] == "owner"
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_owner_decides_in_a_page_of_the_host_application(page: Page, tenant: Tenant, key: dict[str, str], program: str) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    with host(program, tenant, key) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        row = frame.locator(f"#row-{event}")
        expect(row).to_contain_text("bot scheduled")
        row.get_by_role("radio", name="Skip").check()
        expect(row).to_contain_text("Took effect after")
        expect(frame.get_by_text("Times in Europe/Berlin")).to_be_visible()
        # The frame is as high as its page, which then has no bar to scroll by.
        fits = "document.documentElement.scrollHeight <= window.innerHeight"
        wait_until("the frame fits its page", lambda: page.frames[1].evaluate(fits))
    assert overridden_by(tenant, event) == f"sales@acme.example by {key['name']}"


def overridden_by(tenant: Tenant, event: str) -> str:
    """Who overrode an event, and by which key."""
    listed = json.loads(callsheet("--json", "override", "list", "--calendar", tenant.calendars[0]))
    (found,) = [one for one in listed["overrides"] if one["event_id"] == event]
    return f"{found['by']} by {found['via']}"


def test_a_token_that_expires_in_a_frame_is_renewed_without_losing_text(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    with host("python", tenant, key, token_seconds=5) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")
        find = frame.get_by_role("searchbox")
        find.fill("no such title")
        expect(frame.get_by_text("No event of the next 28 days fits.")).to_be_visible()
        # The page asks for itself again when the token has expired: each 20 seconds, and when the network is back.
        token = page.frames[1].evaluate("sessionStorage.getItem('token')")
        with page.expect_response(lambda answer: answer.url.endswith("/callsheet/token")):
            wait_until("the token has expired", lambda: not is_valid(tenant, token))
            page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
        expect(find).to_have_value("no such title")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")


def test_only_the_embedders_of_the_stack_may_frame_it(context: BrowserContext, tenant: Tenant, key: dict[str, str]) -> None:
    page = context.new_page()
    with host("python", tenant, key) as port:
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            # By this name it is another origin, which is none of the embedders.
            page.goto(f"http://localhost:{port}/")
        expect(page.frame_locator("callsheet-console iframe").get_by_role("heading", level=1)).to_have_count(0)
