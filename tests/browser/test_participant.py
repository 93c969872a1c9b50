"""What a person who takes part in a meeting is asked, and what becomes of the answer."""

import uuid
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tenant import Tenant, send, token_of, wait_until

NO = "No, do not record"


def copies(tenant: Tenant) -> list[str]:
    """The events of one meeting in both calendars, with a bot that they share."""
    meeting = uuid.uuid4().hex
    shared = {"ical_uid": f"{meeting}@acme.example", "organizer": tenant.address(1), "meeting_url": f"https://meet.example/{meeting}"}
    events = [tenant.create("Kick-off", index=index, **shared) for index in (0, 1)]
    tenant.wait_for_bot(events[0], "scheduled")
    wait_for_verdict(tenant, events[1], "record")
    return events


def wait_for_verdict(tenant: Tenant, event: str, verdict: str) -> None:
    """Waits until an event of the second calendar is recorded or skipped, as its owner is told."""
    token = token_of(tenant.owner_link(1))
    agenda = f"{tenant.console}v1/calendars/{tenant.calendars[1]}/agenda"

    def holds() -> bool:
        events = send(agenda, token=token)["events"]
        return any(one["id"] == event and one["verdict"] == verdict and not one["is_outdated"] for one in events)

    wait_until(f"the verdict on the copy is {verdict}", holds)


def say(context: BrowserContext, link: str, answer: str) -> Page:
    """Opens the link of a participant and gives an answer."""
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name=answer, exact=True).click()
    expect(page.locator("[data-message]")).to_contain_text("Saved")
    return page


def test_a_participants_no_removes_the_bot_from_every_copy(page: Page, tenant: Tenant) -> None:
    events = copies(tenant)
    page.goto(tenant.participant_link(events[0], "guest@globex.example"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kick-off")
    expect(page.get_by_text("You have not said no.")).to_be_visible()
    page.get_by_role("button", name=NO).click()
    expect(page.locator("[data-message]")).to_contain_text("Saved: the meeting is not recorded.")
    expect(page.locator(".said")).to_contain_text("You said no")
    tenant.wait_for_bot(events[0], "none")
    wait_for_verdict(tenant, events[1], "skip")
    page.goto("about:blank")
    page.goto(f"{tenant.owner_link(1)}&page=/events/{events[1]}")
    meeting = page.locator(".meeting")
    expect(meeting).to_contain_text("another person said no for everyone")
    expect(meeting).to_contain_text("or by an operator")
    assert "guest@globex.example" not in page.content()


def test_one_yes_does_not_clear_another_participants_no(new_context: Callable[..., BrowserContext], tenant: Tenant) -> None:
    events = copies(tenant)
    links = [tenant.participant_link(events[0], name) for name in ("one@globex.example", "other@globex.example")]
    for link in links:
        say(new_context(), link, NO)
    tenant.wait_for_bot(events[0], "none")
    page = say(new_context(), links[0], "Yes")
    expect(page.get_by_text("You have not said no.")).to_be_visible()
    wait_for_verdict(tenant, events[1], "skip")
    tenant.wait_for_bot(events[0], "none")
    say(new_context(), links[1], "Yes")
    tenant.wait_for_bot(events[0], "scheduled")
    wait_for_verdict(tenant, events[1], "record")


def test_a_participants_link_shows_nothing_but_its_meeting(page: Page, tenant: Tenant) -> None:
    own, other = tenant.create("Kick-off"), tenant.create("Salary of another", hours=6)
    for event in (own, other):
        tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.participant_link(own, "guest@globex.example"))
    expect(page.get_by_role("button", name=NO)).to_be_visible()
    assert "token" not in page.evaluate("location.href")
    assert page.locator("#header nav a").count() == 0
    # There are no rows to go through, and no keys for them.
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for secret in ("Salary", tenant.calendars[0], tenant.address(1), "never-show-this", "external"):
        assert secret not in page.content(), secret
    for path in (f"/events/{other}/consent", f"/events/{own}", f"/calendars/{tenant.calendars[0]}/agenda", "/status"):
        page.goto(f"{tenant.console}#{path}")
        expect(page.get_by_role("alert")).to_be_visible()
        assert "Salary" not in page.content()
