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

from accessible import violations
from tenant import Tenant, callsheet, send, wait_until

EXAMPLES = Path(__file__).parents[2] / "docs" / "embedding"
# Playwright brings its own Node.
PROGRAMS = {"python": [sys.executable, str(EXAMPLES / "host.py")], "node": [compute_driver_executable()[0], str(EXAMPLES / "host.mjs")]}


@contextmanager
def host(program: str, tenant: Tenant, key: dict[str, str], *, token_seconds: int = 900, console: str = "") -> Iterator[int]:
    """Runs an example for the owner of a calendar, and gives its port. It shows the console by another address, if one is given."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "CALLSHEET_CONSOLE_URL": console or tenant.console,
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


def test_the_page_of_the_host_is_told_what_a_person_overrides(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    event = tenant.create("Secret merger")
    tenant.wait_for_bot(event, "scheduled")
    with host("python", tenant, key) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        page.evaluate("addEventListener('callsheet:override', ({ detail }) => (window.told ??= []).push(detail))")
        row = page.frame_locator("callsheet-console iframe").locator(f"#row-{event}")
        row.get_by_role("radio", name="Skip").check()
        row.get_by_role("radio", name="Policy").check()
        wait_until("the page is told twice", lambda: page.evaluate("window.told?.length") == 2)
        # What another window says is not the console's.
        page.evaluate("postMessage({ callsheet: 'override', event: 'forged', scope: 'event', override: 'skip' }, '*')")
        row.get_by_role("radio", name="Record").check()
        wait_until("the page is told again", lambda: page.evaluate("window.told.length") == 3)
        told = page.evaluate("window.told")
    assert told == [{"event": event, "scope": "event", "override": choice} for choice in ("skip", None, "record")]


def test_the_console_takes_tokens_of_the_page_around_it_alone(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    forged = """{
        const other = document.body.appendChild(document.createElement("iframe"));
        other.contentWindow.eval("parent.frames[0].postMessage({ callsheet: 'token', token: 'forged' }, '*')");
    }"""
    with host("python", tenant, key) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")
        before = token_in(page)
        page.evaluate(forged)
        page.wait_for_timeout(300)
        assert token_in(page) == before


def token_in(page: Page) -> str:
    """The token of the console in the frame."""
    token: str = page.frames[1].evaluate("sessionStorage.getItem('token')")
    return token


def test_a_token_in_a_frame_is_renewed_before_it_expires(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    with host("python", tenant, key, token_seconds=10) as port:
        refused: list[str] = []
        page.on("response", lambda answer: answer.status == 401 and refused.append(answer.url))
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")
        first = token_in(page)
        wait_until("there is another token", lambda: page.wait_for_timeout(100) or token_in(page) != first)
        assert is_valid(tenant, first), "the first one has not expired"
        wait_until("the first token has expired", lambda: not is_valid(tenant, first))
        with page.expect_response(lambda answer: "/agenda" in answer.url) as answered:
            page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
        assert answered.value.status in (200, 304) and refused == []


def test_a_token_that_expires_in_a_frame_is_renewed_without_losing_text(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    with host("python", tenant, key, token_seconds=5) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")
        find = frame.get_by_role("searchbox")
        find.fill("no such title")
        expect(frame.get_by_text("No event of the next 28 days fits.")).to_be_visible()
        # The host's server does not answer when the token is to be renewed, as while a computer sleeps.
        page.evaluate("addEventListener('callsheet-error', () => (window.failed = true))")
        page.route("**/callsheet/token", lambda route: route.fulfill(status=503), times=1)
        token = token_in(page)
        wait_until("the token is not renewed", lambda: page.wait_for_timeout(100) or page.evaluate("window.failed"))
        # The page asks for itself again when the token has expired: each 20 seconds, and when the network is back.
        with page.expect_response(lambda answer: answer.url.endswith("/callsheet/token")):
            wait_until("the token has expired", lambda: not is_valid(tenant, token))
            page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
        expect(find).to_have_value("no such title")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Agenda")


# An element that begins with a page, and the page's heading.
BEGINS = {"event": "Kick-off", "calendar": "Agenda", "page": "Overrides"}


@pytest.mark.parametrize("attribute", BEGINS)
def test_the_element_begins_with_the_page_that_it_names(page: Page, tenant: Tenant, key: dict[str, str], attribute: str) -> None:
    event = tenant.create("Kick-off")
    tenant.wait_for_bot(event, "scheduled")
    calendar = tenant.calendars[0]
    value = {"event": event, "calendar": calendar, "page": f"/calendars/{calendar}/overrides"}[attribute]
    with host("python", tenant, key) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        begin_with(page, f'{attribute}="{value}"')
        frame = page.frame_locator("callsheet-console iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text(BEGINS[attribute])


def begin_with(page: Page, attributes: str) -> None:
    """Puts another element in place of the one in the page of the host, with these attributes too."""
    element = f'<callsheet-console token-url="callsheet/token" {attributes}></callsheet-console>'
    page.evaluate("(element) => (document.querySelector('callsheet-console').outerHTML = element)", element)


# The colours of the page and of what is accented on it.
COLOURS = """() => {
    const { backgroundColor } = getComputedStyle(document.body);
    return [backgroundColor, getComputedStyle(document.documentElement).getPropertyValue("--accent")];
}"""
LIGHT, DARK = "rgb(250, 250, 249)", "rgb(19, 22, 25)"


def test_the_element_has_the_theme_and_the_accent_of_the_host(page: Page, tenant: Tenant, key: dict[str, str]) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    with host("python", tenant, key) as port:
        page.emulate_media(color_scheme="light")
        page.goto(f"http://127.0.0.1:{port}/")
        begin_with(page, 'theme="dark" accent="oklch(0.5 0.2 300)"')
        frame = page.frame_locator("callsheet-console iframe")
        row = frame.locator(f"#row-{event}")
        row.get_by_role("radio", name="Record").check()
        expect(row).to_contain_text("Took effect after")
        shown = page.frames[1]
        element = page.locator("callsheet-console")
        own = "light-dark"
        begun = shown.evaluate(COLOURS)
        assert begun[0] == DARK and own not in begun[1]
        # An accent that could not be read on the page is changed as far as it has to be.
        accents = set()
        for theme, accent in (("dark", "oklch(0.7 0.2 300)"), ("dark", "#ffff00"), ("light", "yellow"), ("auto", "rgb(200 0 80)")):
            element.evaluate("(one, [theme, accent]) => (one.setAttribute('theme', theme), one.setAttribute('accent', accent))", [theme, accent])
            ground = DARK if theme == "dark" else LIGHT
            wait_until("the frame is dressed", lambda: (found := shown.evaluate(COLOURS))[0] == ground and found[1] not in accents)
            accents.add(shown.evaluate(COLOURS)[1])
            assert violations(shown) == [], f"{theme}, {accent}"
        page.emulate_media(color_scheme="dark")
        wait_until("the accent follows the scheme", lambda: (found := shown.evaluate(COLOURS))[0] == DARK and found[1] not in accents)
        for nothing in ("url(https://evil.example/)", "rgb(0 0 0 / 0.1)", "red; --page: red", "nonsense"):
            element.evaluate("(one, accent) => one.setAttribute('accent', accent)", nothing)
            wait_until(f"{nothing} is no accent", lambda: own in shown.evaluate(COLOURS)[1])
            element.evaluate("(one) => one.setAttribute('accent', 'rgb(200 0 80)')")
            wait_until("it is one again", lambda: own not in shown.evaluate(COLOURS)[1])


# What a browser does that forbids a frame of another site to store anything.
FORBIDS_STORAGE = """if (window !== parent) {
    const forbidden = { get() { throw new DOMException("The browser forbids it.", "SecurityError"); } };
    for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(window, name, forbidden);
}"""
BLOCKED = {"enableThirdPartyCookieRestriction": True, "disableThirdPartyCookieMetadata": True, "disableThirdPartyCookieHeuristics": True}


@pytest.mark.parametrize("can_store", [True, False])
def test_an_embedded_console_works_without_third_party_cookies(page: Page, tenant: Tenant, key: dict[str, str], can_store: bool) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.send("Network.setCookieControls", BLOCKED)
    if not can_store:
        page.add_init_script(FORBIDS_STORAGE)
    # By this name the console is of another site than the host's page.
    with host("python", tenant, key, console=tenant.console.replace("127.0.0.1", "localhost")) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frame_locator("callsheet-console iframe")
        row = frame.locator(f"#row-{event}")
        row.get_by_role("radio", name="Skip").check()
        expect(row).to_contain_text("Took effect after")
        shown = page.frames[1]
        assert shown.url.startswith("http://localhost:")
        assert shown.evaluate("(document.cookie = 'one=1; SameSite=None; Secure') && document.cookie") == ""
        frame.get_by_label("Time zone").select_option("Asia/Tokyo")
        expect(frame.get_by_text("Times in Asia/Tokyo")).to_be_visible()
        # The frame alone is loaded again. Without a store it asks the page around it for another token.
        shown.evaluate("location.reload()")
        expect(frame.get_by_text("Times in Europe/Berlin")).to_be_visible()
        expect(row.get_by_role("radio", name="Skip")).to_be_checked()
    assert page.context.cookies() == []


def test_another_site_cannot_frame_it(context: BrowserContext, tenant: Tenant, key: dict[str, str]) -> None:
    page = context.new_page()
    with host("python", tenant, key) as port:
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            # By this name it is another origin, which is none of the embedders.
            page.goto(f"http://localhost:{port}/")
        expect(page.frame_locator("callsheet-console iframe").get_by_role("heading", level=1)).to_have_count(0)
