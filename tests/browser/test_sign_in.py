"""People sign in with a company login, at the issuer of the local cloud."""

import urllib.parse

import pytest
from playwright.sync_api import Page, Request, expect

from accessible import violations
from tenant import Tenant, send


@pytest.fixture
def asked(page: Page) -> list[Request]:
    """The requests of the page."""
    requests: list[Request] = []
    page.context.on("request", lambda request: requests.append(request))
    return requests


def sign_in(page: Page, address: str, *, groups: str = "", verified: bool = True) -> None:
    """Fills in the form of the issuer."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in at Acme")
    page.get_by_label("Address").fill(address)
    page.get_by_label("Groups").fill(groups)
    page.get_by_label("Verified").set_checked(verified)
    page.get_by_role("button", name="Sign in").click()


def test_a_person_signs_in_at_an_issuer(page: Page, tenant: Tenant, asked: list[Request]) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(f"{tenant.console}#/events/{event}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not [one for one in asked if "sign_in-" in one.url], "the module is loaded when it is needed"
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, tenant.address(1))
    # The person comes back to the page that was asked for, and the code is nowhere.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review")
    assert page.url == f"{tenant.console}#/events/{event}"
    expect(page.locator("#header .who")).to_have_text(tenant.address(1))
    exchanged = [one for one in asked if one.url.endswith("/v1/tokens")]
    assert [one.method for one in exchanged] == ["POST"]
    page.reload()
    expect(page.locator("#header .who")).to_have_text(tenant.address(1))


def test_an_operator_signs_in_by_a_group(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.console)
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, "lead@acme.example", groups="staff callsheet-operators", verified=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.locator("#header .who")).to_have_text("lead@acme.example, operator")


def test_a_person_who_signs_in_without_access_reads_why(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.console)
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, "nobody@globex.example")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("The sign-in did not work")
    expect(page.get_by_role("main")).to_contain_text("no calendar of your address is connected")
    assert page.url == tenant.console
    page.get_by_role("button", name="Try again").click()
    expect(heading).to_have_text("Sign in at Acme")
    page.get_by_role("button", name="Cancel").click()
    expect(heading).to_have_text("The sign-in did not work")
    expect(page.get_by_role("main")).to_contain_text("access_denied")


def test_axe_reports_no_violation_where_people_sign_in(page: Page, tenant: Tenant) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(tenant.console)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Sign in")
    assert violations(page) == []
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, "nobody@globex.example")
    expect(heading).to_have_text("The sign-in did not work")
    assert violations(page) == []


def test_a_code_that_nobody_asked_for_signs_nobody_in(page: Page, tenant: Tenant, asked: list[Request]) -> None:
    page.goto(f"{tenant.console}?code=stolen&state=guessed")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.url == tenant.console
    assert not [one for one in asked if one.method == "POST"]


def test_a_person_whose_token_has_expired_signs_in_again_without_losing_text(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.console)
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, tenant.address(1))
    expect(page.get_by_role("heading", level=1)).to_have_text("Agenda")
    find = page.get_by_role("searchbox")
    find.fill("no such title")
    expect(page.get_by_text("No event of the next 28 days fits.")).to_be_visible()
    # A token lives for an hour: the API answers as it will then, until there is another one.
    first = page.evaluate("sessionStorage.getItem('token')")
    expired = f"Bearer {first}"
    page.route("**/v1/calendars/**", lambda route: route.fulfill(status=401) if route.request.headers["authorization"] == expired else route.continue_())
    banner = page.locator("#sign-in-again")
    expect(banner).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(banner).to_contain_text("Your access has expired")
    with page.expect_popup() as opened:
        banner.get_by_role("button", name="Sign in again").click()
    sign_in(opened.value, tenant.address(1))
    expect(banner).to_be_hidden()
    expect(find).to_have_value("no such title")
    second = page.evaluate("sessionStorage.getItem('token')")
    assert second != first
    assert send(f"{tenant.console}v1/me", token=second)["name"] == tenant.address(1)


def test_whoever_signs_in_again_as_another_person_gets_their_page(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.console)
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, tenant.address(1))
    expect(page.locator("#header .who")).to_have_text(tenant.address(1))
    first = page.evaluate("sessionStorage.getItem('token')")
    expired = f"Bearer {first}"
    page.route("**/v1/calendars/**", lambda route: route.fulfill(status=401) if route.request.headers["authorization"] == expired else route.continue_())
    page.evaluate("window.dispatchEvent(new Event('online'))")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in again").click()
    sign_in(opened.value, tenant.address(2))
    expect(page.locator("#header .who")).to_have_text(tenant.address(2))


def test_the_request_to_the_issuer_has_a_proof_of_its_own(page: Page, tenant: Tenant, asked: list[Request]) -> None:
    for _ in range(2):
        page.goto(tenant.console)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in at Acme")
    queries = [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(one.url).query)) for one in asked if "/authorize?" in one.url]
    first, second = queries
    assert (first["response_type"], first["code_challenge_method"], first["redirect_uri"]) == ("code", "S256", tenant.console)
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43 and first[name] != second[name], name
