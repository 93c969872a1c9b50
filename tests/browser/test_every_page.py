"""What holds for every page: accessible, by keyboard, and texts stay texts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accessible import assert_accessible, violations
from tenant import Tenant, callsheet, operator_link, wait_until


@pytest.fixture(scope="module")
def event(tenant: Tenant) -> str:
    """An event whose title is long and has markup, beside one that is skipped by an override."""
    events = [tenant.create("<b>Bold</b> " + "Quarterly review of everything " * 6), tenant.create("Planning", external=False, hours=6)]
    tenant.wait_for_bot(events[0], "scheduled")
    tenant.wait_for_bot(events[1], "none")
    callsheet("override", "event", events[1], "skip", "--by", "lead@acme.example")
    return events[0]


def pages(tenant: Tenant, event: str) -> list[tuple[str, str]]:
    """Each page, with a link that opens it."""
    operator, calendar = operator_link(), f"/calendars/{tenant.calendars[0]}"
    owned = [f"{calendar}/agenda", f"{calendar}/overrides", f"{calendar}/activity", f"{calendar}/disconnection", f"/events/{event}"]
    of_operator = ["/status", f"/calendars?meetings=true&q={tenant.team}", "/coverage", "/events", "/policy"]
    asked = [(tenant.participant_link(event, "guest@globex.example"), f"/events/{event}/consent")]
    return asked + [(tenant.link, path) for path in owned] + [(operator, path) for path in of_operator]


def test_axe_reports_no_violation(page: Page, tenant: Tenant, event: str) -> None:
    for link, path in pages(tenant, event):
        page.goto("about:blank")
        page.goto(f"{link}&page={path.replace('&', '%26')}")
        page.locator("main .page h1").wait_for()
        assert_accessible(page, path)


def test_no_page_causes_a_csp_report(context: BrowserContext, tenant: Tenant, event: str) -> None:
    page, reports = context.new_page(), list[str]()
    page.expose_function("report", lambda of: reports.append(of))
    page.add_init_script("addEventListener('securitypolicyviolation', ({ violatedDirective: of }) => report(of))")
    for link, path in pages(tenant, event):
        page.goto("about:blank")
        page.goto(f"{link}&page={path.replace('&', '%26')}")
        page.locator("main .page h1").wait_for()
    assert reports == []
    # What the policy forbids is reported.
    page.evaluate("document.body.append(Object.assign(document.createElement('img'), { src: 'https://evil.example/' }))")
    wait_until("it is reported", lambda: page.wait_for_timeout(50) or reports == ["img-src"])


def test_forced_colours_and_an_opened_explanation_have_no_violation(
    new_context: Callable[..., BrowserContext], tenant: Tenant, event: str
) -> None:
    page = new_context(forced_colors="active").new_page()
    page.goto(tenant.link)
    page.locator(f"#row-{event}").get_by_text("Why?").click()
    expect(page.locator(".why")).to_be_visible()
    assert violations(page) == []


def test_a_title_with_markup_is_shown_as_text(page: Page, tenant: Tenant, event: str) -> None:
    page.goto(tenant.link)
    expect(page.locator(f"#row-{event} h3")).to_contain_text("<b>Bold</b>")
    assert page.locator("main b").count() == 0
    assert "Bold" not in page.title()


def test_every_action_works_by_keyboard(page: Page, empty_tenant: Tenant) -> None:
    tenant = empty_tenant
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    row = page.locator(f"#row-{event}")
    expect(row).to_be_visible()

    def tab_to(selector: str) -> None:
        for _ in range(30):
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"No way by Tab to {selector}")

    tab_to(f"#why-{event} summary")
    page.keyboard.press("Enter")
    expect(row.locator(".why")).to_be_visible()
    tab_to(f"#event-{event}-policy")
    page.keyboard.press("ArrowRight")
    expect(row.locator("[data-message]")).to_contain_text("To be recorded. Took effect")
    page.keyboard.press("ArrowRight")
    expect(row.locator("[data-message]")).to_contain_text("Not recorded. Took effect")
    page.locator("h1").focus()
    tab_to("#pause summary")
    page.keyboard.press("Enter")
    tab_to("#pause-PT1H")
    page.keyboard.press("Enter")
    expect(page.locator(".callout")).to_contain_text("paused")
    page.locator("h1").focus()
    tab_to("#resume")
    page.keyboard.press("Enter")
    expect(page.locator(".callout")).to_have_count(0)
    page.locator("h1").focus()
    tab_to(f"#link-{event}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")
