"""Links, tokens, frames and connections."""

from playwright.sync_api import Page, expect

from tenant import Tenant, operator_link


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
