"""The keys that lead through an agenda and decide."""

import pytest
from playwright.sync_api import Page, expect

from accessible import assert_accessible
from tenant import Tenant


@pytest.fixture
def events(page: Page, empty_tenant: Tenant) -> list[str]:
    """The events of an agenda, which the page shows."""
    events = [empty_tenant.create(title, hours=hours) for title, hours in (("First", 5), ("Second", 6))]
    for event in events:
        empty_tenant.wait_for_bot(event, "scheduled")
    page.goto(empty_tenant.link)
    expect(page.locator(f"#row-{events[1]}")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    return events


def test_keys_lead_through_the_rows_and_decide(page: Page, events: list[str]) -> None:
    first, second = (page.locator(f"#link-{event}") for event in events)
    message = page.locator(f"#row-{events[0]} [data-message]")
    # No row has the focus, so that there is nothing to decide about.
    page.keyboard.press("n")
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("n")
    expect(message).to_contain_text("Not recorded. Took effect")
    page.keyboard.press("y")
    expect(message).to_contain_text("To be recorded. Took effect")
    page.keyboard.press("p")
    expect(message).to_contain_text("Back to the policy. Took effect")
    expect(first).to_be_focused()
    expect(page.locator(f"#row-{events[1]} [data-message]")).to_be_empty()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First")
    page.keyboard.press("n")
    expect(page.locator("[data-message]")).to_contain_text("Not recorded. Took effect")


def test_keys_do_nothing_while_a_person_types_or_gives_a_command(page: Page, events: list[str]) -> None:
    writes: list[str] = []
    page.on("request", lambda request: request.method in ("PUT", "DELETE") and writes.append(request.url))
    page.keyboard.press("j")
    for command in ("Control+y", "Alt+n"):
        page.keyboard.press(command)
    find = page.get_by_role("searchbox")
    find.focus()
    page.keyboard.type("jkynp?")
    expect(find).to_have_value("jkynp?")
    expect(page.get_by_text("No event of the next 28 days fits.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert writes == []


def test_keys_are_explained_and_can_be_switched_off(page: Page, events: list[str]) -> None:
    first, help_on_keys = page.locator(f"#link-{events[0]}"), page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(help_on_keys).to_be_visible()
    assert_accessible(page, "the help on keys")
    page.keyboard.press("j")
    expect(first).not_to_be_focused()
    box = help_on_keys.get_by_label("Use these keys")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(help_on_keys).to_be_hidden()
    page.reload()
    expect(first).to_be_visible()
    for key in ("?", "j"):
        page.keyboard.press(key)
    expect(help_on_keys).to_be_hidden()
    expect(first).not_to_be_focused()
    page.get_by_role("button", name="Keys").press("Enter")
    box.check()
    help_on_keys.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()
    page.keyboard.press("j")
    expect(first).to_be_focused()
