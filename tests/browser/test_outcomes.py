"""What becomes of bots, as people see it while it happens and afterwards."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from accessible import assert_accessible
from tenant import Tenant, announce, operator_link, send, token_of, wait_until


def report(tenant: Tenant, event: str, second: int, code: str, sub_code: str | None = None) -> None:
    """Sends the webhook of a status that the bot of an event has so many seconds after the start."""
    (bot,) = [one for one in send(f"{tenant.control}/bots") if event in one["events"]]
    at = datetime.fromisoformat(bot["start_time"]) + timedelta(seconds=second)
    told = {"id": bot["id"], "metadata": bot["config"]["metadata"]}
    status = {"code": code, "sub_code": sub_code, "updated_at": at.isoformat()}
    send(f"{tenant.control}/webhooks", {"event": f"bot.{code}", "data": {"bot": told, "data": status}})


def test_an_event_follows_its_bot_from_waiting_room_to_recorded(page: Page, tenant: Tenant) -> None:
    event = tenant.create("Kick-off")
    tenant.wait_for_bot(event, "scheduled")
    page.goto(f"{tenant.link}&page=/events/{event}")
    badge, bot = page.locator(".state .badge"), page.locator("[data-key=bot]")
    expect(badge).to_have_text("To record")
    for second, code, words, phase in (
        (2, "in_waiting_room", "Bot in the waiting room", "waiting room"),
        (60, "in_call_recording", "Recording now", "recording"),
        (1_800, "done", "Recorded", "done"),
    ):
        report(tenant, event, second, code)
        expect(badge).to_have_text(words)
        expect(bot).to_contain_text(phase)
    assert_accessible(page)


def test_a_meeting_that_was_not_recorded_shows_class_and_reason(page: Page, tenant: Tenant) -> None:
    event = tenant.create("Sales call")
    tenant.wait_for_bot(event, "scheduled")
    for second, code, sub_code in ((2, "in_waiting_room", None), (1_201, "call_ended", "timeout_exceeded_waiting_room"), (1_202, "done", None)):
        report(tenant, event, second, code, sub_code)
    page.goto(f"{tenant.link}&page=/events/{event}")
    expect(page.locator(".state .badge")).to_have_text("Not recorded")
    bot = page.locator("[data-key=bot]")
    expect(bot).to_contain_text("nobody admitted the bot")
    expect(bot.locator("code")).to_have_text("timeout_exceeded_waiting_room")
    assert_accessible(page)
    page.locator("#back").click()
    page.get_by_role("link", name="Needs attention").click()
    row = page.locator(f"#row-{event}")
    expect(row.locator(".badge")).to_have_text("Not recorded")
    # The filter has as many events as it says.
    expect(page.get_by_role("link", name="Needs attention")).to_have_attribute("aria-current", "true")
    shown = page.locator("#main .row").count()
    expect(page.get_by_role("link", name="Needs attention")).to_have_text(f"Needs attention {shown}")


def live(tenant: Tenant, title: str, *, kind: str, seconds: float) -> str:
    """Puts a meeting into the calendar that runs for so many seconds more, and whose bot lives a life of this kind at once."""
    start = datetime.now(UTC) - timedelta(minutes=2)
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    event = tenant.create(title, start=start.isoformat(), end=end.isoformat(), external=kind != "")
    if kind:
        send(f"{tenant.control}/lives", {"events": [event], "kinds": [kind], "pace": 0.001})
    return event


def events_of(tenant: Tenant, day: datetime, **filters: str) -> list[dict[str, Any]]:
    """The events of the first calendar on a day and the one before, in UTC, as an operator lists them."""
    period = {name: f"{day + timedelta(days=days):%Y-%m-%d}T00:00:00Z" for name, days in (("from", -1), ("until", 1))}
    query = "&".join(f"{name}={value}" for name, value in (period | filters).items())
    listed = send(f"{tenant.console}v1/events?calendar={tenant.calendars[0]}&{query}", token=token_of(operator_link()))
    assert listed["next"] is None
    return listed["events"]


def test_coverage_counts_agree_with_the_list_behind_them(new_context: Callable[..., BrowserContext], empty_tenant: Tenant) -> None:
    tenant, now = empty_tenant, datetime.now(UTC)
    announce("was scheduled late", tenant.calendars[0])
    kinds = {"Kick-off": "recorded", "Review": "recorded_after_lobby", "Sales call": "never_admitted", "Planning": ""}
    for title, kind in kinds.items():
        live(tenant, title, kind=kind, seconds=30)
    calendar = tenant.calendars[0]
    period = f"from={now - timedelta(days=1):%Y-%m-%d}&until={now:%Y-%m-%d}"

    def counted() -> dict[str, Any] | None:
        coverage = send(f"{tenant.console}v1/coverage?by=calendar&{period}", token=token_of(operator_link()))
        return next((one for one in coverage["groups"] if one["name"] == calendar and one["seen"] == len(kinds)), None)

    def outcomes_of(listed: list[dict[str, Any]]) -> Counter[str | None]:
        return Counter(one["outcome"] for one in listed)

    wait_until("the bots have left", lambda: outcomes_of(events_of(tenant, now)) == {"done": 2, "not_recorded": 1, None: 1})
    group = wait_until("the meetings are over", counted)
    listed = events_of(tenant, now)
    verdicts, outcomes = Counter(one["verdict"] for one in listed), outcomes_of(listed)
    assert (group["seen"], group["wanted"], group["recorded"]) == (len(listed), verdicts["record"], outcomes["done"])
    assert group["lost"] == {"never_admitted": outcomes["not_recorded"]}
    results = {"wanted": group["wanted"], "recorded": group["recorded"], "lost": 1, "never_admitted": 1, "permission_denied": 0}
    for result, count in results.items():
        assert len(events_of(tenant, now, result=result)) == count, result
    assert len(events_of(tenant, now, needs_attention="true")) == 1
    # The page has the same numbers, and links to the same lists. The day of the meetings has begun in this zone, too.
    page = new_context(timezone_id="Asia/Kolkata" if now.hour == 0 else "UTC").new_page()
    page.goto(f"{operator_link()}&page=" + f"/coverage?by=calendar&{period}".replace("&", "%26"))
    row = page.get_by_role("row", name=tenant.address(1))
    expect(row.get_by_role("cell").nth(0)).to_have_text(str(group["wanted"]))
    expect(row.get_by_role("cell").nth(2)).to_contain_text(str(group["recorded"]))
    expect(row.get_by_role("cell").nth(3)).to_contain_text("1: never admitted 1")
    for number, count in ((0, group["wanted"]), (2, group["recorded"]), (3, 1)):
        row.get_by_role("cell").nth(number).get_by_role("link", name=str(count), exact=True).click()
        expect(page.locator("h1 time")).to_have_count(2)
        expect(page.locator("#main .row")).to_have_count(count)
        expect(page.get_by_text("as the coverage counts them")).to_be_visible()
        page.go_back()
    row.get_by_role("link", name=tenant.address(1)).click()
    expect(page.locator("#main .row")).to_have_count(len(listed))
    for words, count in (("Recorded", 2), ("Not recorded", 1), ("Skipped", 1)):
        expect(page.locator("#main .badge").get_by_text(words, exact=True)).to_have_count(count)
    # Only with lost meetings has the page a list of why, with a link in each line.
    page.go_back()
    expect(page.locator("dl.facts").get_by_role("link")).not_to_have_count(0)
    assert_accessible(page, "the coverage with lost meetings")
