"""An agenda of ten thousand events."""

import time

from playwright.sync_api import Page, expect

from stored import copies
from tenant import Tenant

COUNT = 10_000
# Events of a page, and how many pages are looked at, from the begin on.
MOST = 100
PAGES = 3
# Seconds from one to the next, so that all of them are in the 28 days of an agenda.
APART = 200


def test_ten_thousand_events_scroll(page: Page, empty_tenant: Tenant) -> None:
    tenant = empty_tenant
    event = tenant.create("Internal", external=False, hours=1)
    tenant.wait_for_bot(event, "none")
    agenda = f"calendars/{tenant.calendars[0]}/agenda"
    with copies(event, COUNT, begin=int(time.time()) + 2 * 3600, apart=APART):
        page.goto(f"{tenant.link}&page=/{agenda}?limit={MOST}")
        titles = page.locator("#main .row h3")
        expect(titles).to_have_count(MOST)
        # Not all of them are read for this page, so they are not counted.
        expect(page.get_by_role("link", name="Skipped")).to_have_text("Skipped")
        read = titles.all_inner_texts()
        # Keys lead to its end, and its links to the next page.
        page.get_by_role("link", name="Later events").press("k")
        expect(page.locator("#main .row").last.locator("h3 a")).to_be_focused()
        for number in range(2, PAGES + 1):
            page.get_by_role("link", name="Later events").press("Enter")
            expect(titles.first).to_have_text(f"Event {len(read) - 1:05}")
            expect(page.locator("h1")).to_be_focused()
            read += titles.all_inner_texts()
            assert len(read) == number * MOST
        assert read == ["Internal"] + [f"Event {number:05}" for number in range(PAGES * MOST - 1)]
        assert page.evaluate("scrollY") == 0
        page.mouse.wheel(0, 1_000_000)
        expect(page.get_by_role("link", name="Later events")).to_be_in_viewport()
        # A text is found from the begin of the list on.
        page.get_by_role("searchbox").fill("Event 00321")
        expect(titles).to_have_text(["Event 00321"])
        page.get_by_role("searchbox").fill("")
        expect(titles.first).to_have_text("Internal")
