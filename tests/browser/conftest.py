"""A Chromium, a page of it for each test, and one company in which each test has meetings of its own."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tenant import PATIENCE, Tenant, callsheet

expect.set_options(timeout=PATIENCE * 1000)

# No style changes by and by: what is read after a change is how it stays.
NOT_MOVING = {"reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that `infra/local/tools.py` installs."""
    program = Path(os.environ["CALLSHEET_CHROMIUM"])
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    if (program.parent / "fonts.conf").exists():
        environment["LD_LIBRARY_PATH"] = str(program.parent / "al2023" / "lib")
        environment["FONTCONFIG_FILE"] = str(program.parent / "fonts.conf")
    with sync_playwright() as playwright:
        # Root has no sandbox, and the only pages are our own.
        browser = playwright.chromium.launch(executable_path=program, env=environment, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers without history, each of another person, which are closed with the test."""
    with ExitStack() as opened:

        def make(**options: Any) -> BrowserContext:
            context = opened.enter_context(browser.new_context(**NOT_MOVING, **options))
            context.set_default_timeout(PATIENCE * 1000)
            return context

        yield make


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """A browser without history, in Berlin."""
    return new_context(timezone_id="Europe/Berlin", viewport={"width": 1024, "height": 800})


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page. It fails the test if the browser reports an error of the script or of the policy."""
    page = context.new_page()
    problems: list[str] = []

    def report(message: ConsoleMessage) -> None:
        is_network = "Failed to load resource" in message.text
        if message.type == "error" and not is_network:
            problems.append(message.text)

    page.on("console", report)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []


@pytest.fixture(scope="session", autouse=True)
def key() -> Iterator[dict[str, str]]:
    """A signing key of a host application, which can sign owners only.

    It is added first of all: the console reads its keys again at most once in 50 seconds.
    """
    name = f"crm-{uuid.uuid4().hex[:8]}"
    yield json.loads(callsheet("--json", "console", "key", "add", name, "--roles", "owner"))
    callsheet("console", "key", "remove", name)


@pytest.fixture(scope="session")
def tenant() -> Tenant:
    """A company with two calendars. Tests share it, since connecting one takes seconds, and find their own meetings in it."""
    tenant = Tenant()
    tenant.connect()
    return tenant


@pytest.fixture
def empty_tenant() -> Tenant:
    """A company with one calendar, in which there is nothing."""
    return Tenant()
