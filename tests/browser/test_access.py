"""Links, tokens, frames and connections."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tenant import Tenant, operator_link, wait_until


def test_a_link_from_the_command_line_opens_the_overview_and_leaves_no_token_in_the_address(page: Page) -> None:
    page.goto(operator_link())
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    assert "token" not in page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_without_a_link_the_page_says_where_to_get_one(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.console)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("main")).to_contain_text("A link from your application or from callsheet console link")


def test_a_token_that_is_not_valid_ends_with_a_message(page: Page, tenant: Tenant) -> None:
    page.goto(f"{tenant.link}x")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your access has expired")


def test_a_link_of_another_person_replaces_the_page_of_an_open_tab(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    expect(page.locator(f"#row-{event}")).to_be_visible()
    held: list[Route] = []
    page.route("**/v1/me*", lambda route: held.append(route))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/v1/")[-1].split("?")[0]))
    page.goto(tenant.owner_link(1))
    wait_until("the page asks whose link it is", lambda: page.wait_for_timeout(50) or held)
    # What makes a page ask for itself again does not ask for the first person's page by the second one's token.
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert asked == ["me"]
    held[0].continue_()
    expect(page.locator(f"#row-{event}")).to_have_count(0)
    assert asked == ["me", f"calendars/{tenant.calendars[1]}/agenda"]


def test_an_offline_page_says_so_and_recovers(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    expect(page.locator(f"#row-{event}")).to_be_visible()
    page.context.set_offline(True)
    page.locator(f"#row-{event}").get_by_role("radio", name="Skip").click()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator(f"#row-{event}").get_by_role("radio", name="Policy")).to_be_checked()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


def of_api_gateway(status: int, **headers: str) -> Callable[[Route], None]:
    """Answers a request as API Gateway does if the function does not."""
    body = '{"message":"Service Unavailable"}'
    return lambda route: route.fulfill(status=status, headers=headers, content_type="application/json", body=body)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("path", ["me", "calendars/*/agenda"])
def test_a_page_that_is_not_answered_says_so_and_is_asked_for_again(page: Page, tenant: Tenant, path: str, status: int) -> None:
    page.route(f"**/v1/{path}*", of_api_gateway(status), times=1)
    page.goto(tenant.link)
    expect(page.get_by_role("alert")).to_contain_text("The console does not answer.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Agenda")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("path", ["me", "calendars/*/agenda"])
def test_a_page_is_not_asked_for_again_before_it_may_be(page: Page, tenant: Tenant, path: str) -> None:
    page.clock.install()
    page.route(f"**/v1/{path}*", of_api_gateway(429, **{"Retry-After": "90"}), times=1)
    page.goto(tenant.link)
    expect(page.get_by_role("alert")).to_be_visible()
    page.clock.run_for(88_000)
    expect(page.get_by_role("alert")).to_be_visible()
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Agenda")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_change_that_is_not_answered_says_so(page: Page, tenant: Tenant, status: int) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    row = page.locator(f"#row-{event}")
    page.route("**/override?*", of_api_gateway(status), times=1)
    row.get_by_role("radio", name="Skip").click()
    expect(row.get_by_role("alert")).to_contain_text("make it again in a moment")
    expect(row.get_by_role("radio", name="Policy")).to_be_checked()
    row.get_by_role("radio", name="Skip").click()
    expect(row.get_by_role("radio", name="Skip")).to_be_checked()
    expect(row.get_by_role("alert")).to_have_count(0)
