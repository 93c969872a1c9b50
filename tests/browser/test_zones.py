"""The time zone of the times on the pages, and the choice of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from accessible import assert_accessible
from tenant import Tenant, send

# The hours and minutes of an instant in a zone, as the browser knows them.
CLOCK = """([at, timeZone]) => new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })"""
# Half an hour before and after the next change of the clocks in a zone, with the hours and minutes of both.
AROUND_A_CHANGE = """(timeZone) => {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", timeZoneName: "longOffset" });
    const parts = (at) => Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const hour = 3600 * 1000;
    let at = Math.ceil(Date.now() / hour + 1) * hour;
    while (parts(at).timeZoneName === parts(at + hour).timeZoneName) at += hour;
    return [at + hour / 2, at + 1.5 * hour].map((one) => [new Date(one).toISOString(), `${parts(one).hour}:${parts(one).minute}`]);
}"""


def without_routine_looks(route: Route) -> None:
    """Answers with a page that does not look for news each 20 seconds."""
    answer = route.fetch()
    text = answer.text().replace('data-every="20"', 'data-every="3600"')
    route.fulfill(response=answer, body=text)


def choose(page: Page, zone: str) -> None:
    """Chooses a time zone in the header."""
    select = page.get_by_label("Time zone")
    select.select_option(zone)
    expect(page.get_by_text(f"Times in {zone}")).to_be_visible()
    expect(select).to_have_value(zone)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_a_pause_shows_its_end_in_the_chosen_time_zone(page: Page, tenant: Tenant, zone: str) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    # So that only the change itself can make the page look again.
    page.route("**/agenda?*", without_routine_looks)
    page.goto(tenant.link)
    expect(page.get_by_text("Times in Europe/Berlin")).to_be_visible()
    choose(page, zone)
    page.get_by_text("Pause recording").click()
    page.get_by_role("button", name="For a day").click()
    callout = page.locator(".callout")
    expect(callout).to_contain_text("Recording is paused until")
    at = callout.locator("time")
    expect(at).to_contain_text(page.evaluate(CLOCK, [at.get_attribute("datetime"), zone]))
    badge = page.locator(f"#row-{event} .badge")
    expect(badge).to_have_text("Skipped")
    page.get_by_role("button", name="Resume now").click()
    expect(badge).to_have_text("To record")
    page.unroute_all(behavior="ignoreErrors")


def test_a_pause_that_ends_around_a_change_of_the_clocks_shows_its_end(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.link)
    choose(page, "America/New_York")
    pause = f"{tenant.console}v1/calendars/{tenant.calendars[0]}/pause"
    (before, early), (after, late) = page.evaluate(AROUND_A_CHANGE, "America/New_York")
    assert {early, late} in ({"01:30", "03:30"}, {"01:30"}), "an hour is missing, or comes twice"
    for until, local in ((before, early), (after, late)):
        send(pause, {"until": until}, method="PUT", token=tenant.token)
        page.reload()
        at = page.locator(".callout time")
        expect(at).to_have_attribute("datetime", until.replace(".000", ""))
        expect(at).to_contain_text(local)
    send(pause, method="DELETE", token=tenant.token)


def test_a_chosen_time_zone_is_kept_in_this_browser_alone(
    page: Page, tenant: Tenant, new_context: Callable[..., BrowserContext]
) -> None:
    page.goto(tenant.link)
    heading = page.locator("h1")
    expect(heading).to_be_focused()
    choose(page, "Asia/Kolkata")
    # All of the page is another one, and a reader is where they were.
    expect(heading).to_be_focused()
    later = page.context.new_page()
    later.goto(tenant.link)
    expect(later.get_by_text("Times in Asia/Kolkata")).to_be_visible()
    assert_accessible(later)
    # By another name of an older browser: the place has one that it is known by.
    other = new_context(timezone_id="Asia/Calcutta").new_page()
    other.goto(tenant.link)
    expect(other.get_by_text("Times in Asia/Kolkata")).to_be_visible()
    elsewhere = new_context(timezone_id="Pacific/Auckland").new_page()
    elsewhere.goto(tenant.link)
    expect(elsewhere.get_by_text("Times in Pacific/Auckland")).to_be_visible()


def test_a_time_zone_is_chosen_by_keyboard(page: Page, tenant: Tenant) -> None:
    event = tenant.create("Review")
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    at = page.locator(f"#row-{event} time").first
    expect(at).to_contain_text(page.evaluate(CLOCK, [at.get_attribute("datetime"), "Europe/Berlin"]) + "–")
    page.get_by_label("Time zone").focus()
    page.keyboard.type("Asia/Tok")
    expect(page.get_by_text("Times in Asia/Tokyo")).to_be_visible()
    expect(at).to_contain_text(page.evaluate(CLOCK, [at.get_attribute("datetime"), "Asia/Tokyo"]) + "–")
    expect(page.get_by_label("Time zone")).to_be_focused()
