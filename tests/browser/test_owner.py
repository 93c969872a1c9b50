"""What an owner does: reads the agenda, decides, and sees what becomes of it."""

from playwright.sync_api import Locator, Page, expect

from tenant import Tenant, callsheet, wait_until


def row(page: Page, event: str) -> Locator:
    """The row of an event in the agenda."""
    return page.locator(f"#row-{event}")


def test_an_owner_sees_only_events_of_their_calendars(page: Page, tenant: Tenant) -> None:
    own, foreign = tenant.create("Own review"), tenant.create("Salary of another", index=1, hours=6)
    tenant.wait_for_bot(own, "scheduled")
    page.goto(tenant.link)
    expect(row(page, own)).to_contain_text("Own review")
    expect(page.get_by_text("Salary of another")).to_have_count(0)
    page.goto(f"{tenant.console}#/events/{foreign}")
    expect(page.get_by_role("alert")).to_contain_text("There is no such thing")


def test_a_no_removes_the_bot_while_the_page_is_open(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    shown = row(page, event)
    expect(shown).to_contain_text("bot scheduled")
    shown.get_by_role("radio", name="Skip").check()
    expect(shown).to_contain_text("Took effect after")
    expect(shown.locator(".badge")).to_have_text("Skipped")
    expect(page.locator("#live")).to_contain_text("Not recorded")
    tenant.wait_for_bot(event, "none")


def test_counts_are_updated_while_their_filter_has_the_focus(page: Page, empty_tenant: Tenant) -> None:
    tenant = empty_tenant
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    skipped = page.get_by_role("link", name="Skipped")
    expect(skipped).to_have_text("Skipped 0")
    skipped.focus()
    callsheet("override", "event", event, "skip", "--by", "lead@acme.example")
    expect(skipped).to_have_text("Skipped 1")
    expect(skipped).to_be_focused()
    # Another row replaces all of the page.
    tenant.create("Planning", hours=6)
    expect(page.locator("#main .row")).to_have_count(2)
    expect(skipped).to_be_focused()


def test_the_document_of_an_event_is_loaded_once_for_all_that_changes(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(f"{tenant.link}&page=/events/{event}")
    document = page.locator("#document")
    document.locator("summary").click()
    expect(document).to_contain_text('"verdict": "record"')
    answers: list[str] = []
    page.on("response", lambda answer: answers.append("document" if "part=json" in answer.url else f"page {answer.status}"))
    callsheet("override", "event", event, "skip", "--by", "lead@acme.example")
    expect(document).to_contain_text('"verdict": "skip"')
    tenant.wait_for_bot(event, "none")
    expect(page.locator(".state .badge")).to_have_text("Skipped")
    # The event is asked for each five seconds, and its document only if something has changed.
    page.wait_for_event("response", lambda answer: answer.status == 304)
    changes = answers.count("page 200")
    assert 0 < answers.count("document") <= changes, answers


def test_a_no_says_that_the_bot_stays_for_another_calendar(page: Page, tenant: Tenant) -> None:
    link = f"https://meet.example/shared-{tenant.calendars[0]}"
    shared = {"ical_uid": f"shared-{tenant.calendars[0]}", "organizer": tenant.address(1), "meeting_url": link}
    event = tenant.create(**shared)
    tenant.create(index=1, **shared)
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    shown = row(page, event)
    shown.get_by_role("radio", name="Skip").check()
    expect(shown.locator("[data-message]")).to_contain_text("The bot stays: another calendar wants it.")


def test_a_yes_schedules_a_bot_and_policy_removes_it_again(page: Page, tenant: Tenant) -> None:
    event = tenant.create(external=False)
    tenant.wait_for_bot(event, "none")
    page.goto(tenant.link)
    shown = row(page, event)
    shown.get_by_role("radio", name="Record").check()
    expect(shown).to_contain_text("bot scheduled")
    expect(shown.locator(".badge")).to_have_text("To record")
    shown.get_by_role("radio", name="Policy").check()
    expect(shown.locator(".badge")).to_have_text("Skipped")
    tenant.wait_for_bot(event, "none")


def test_a_no_for_the_series_marks_all_its_events_and_can_be_undone(page: Page, tenant: Tenant) -> None:
    series = {"ical_uid": f"series-{tenant.calendars[0]}", "series_id": f"series-{tenant.calendars[0]}"}
    events = [tenant.create(hours=hours, **series) for hours in (5, 29)]
    for event in events:
        tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    first = row(page, events[0])
    first.get_by_text("Series", exact=True).click()
    first.get_by_role("group", name="The whole series").get_by_role("radio", name="Skip").check()
    for event in events:
        expect(row(page, event).locator(".badge")).to_have_text("Skipped")
    first.get_by_role("button", name="Undo").click()
    for event in events:
        expect(row(page, event).locator(".badge")).to_have_text("To record")


def test_why_shows_the_rule_its_facts_and_the_rules_not_evaluated(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(tenant.link)
    row(page, event).get_by_text("Why?").click()
    why = row(page, event).locator(".why")
    expect(why).to_contain_text("external")
    expect(why).to_contain_text("globex.example")
    expect(why.locator(".steps .decisive")).to_contain_text("decided")
    page.goto(f"{tenant.console}#/events/{event}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")
    expect(page.locator(".why")).to_contain_text("Otherwise")
    expect(page.locator(".timeline")).to_contain_text("schedule bot")
    assert "never-show-this" not in page.content()


def test_an_override_from_the_command_line_appears_without_a_reload_and_keeps_focus(page: Page, tenant: Tenant) -> None:
    event = tenant.create()
    tenant.wait_for_bot(event, "scheduled")
    page.goto(f"{tenant.link}&page=/events/{event}")
    radio = page.get_by_role("radio", name="Policy")
    radio.focus()
    callsheet("override", "event", event, "skip", "--by", "lead@acme.example")
    expect(page.locator(".state .badge")).to_have_text("Skipped")
    expect(page.get_by_role("radio", name="Skip")).to_be_checked()
    assert page.evaluate("document.activeElement.value") == "policy"


def test_what_is_overridden_is_listed_with_the_way_back(page: Page, tenant: Tenant) -> None:
    event = tenant.create("Company talk")
    tenant.wait_for_bot(event, "scheduled")
    callsheet("override", "event", event, "skip", "--by", "lead@acme.example")
    page.goto(tenant.link)
    page.get_by_role("link", name="Overrides").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overrides")
    listed = page.locator(f"#row-event-{event}")
    expect(listed).to_contain_text("Company talk")
    expect(listed).to_contain_text("set by lead@acme.example")
    listed.get_by_role("radio", name="Policy").check()
    expect(listed).to_have_count(0)
    tenant.wait_for_bot(event, "scheduled")
    page.goto(f"{tenant.console}#/calendars/{tenant.calendars[0]}/activity")
    newest, before = page.locator(".log li").nth(0), page.locator(".log li").nth(1)
    expect(newest).to_contain_text("sales@acme.example went back to the policy for Company talk")
    expect(newest).to_contain_text("by the key console")
    expect(before).to_contain_text("lead@acme.example chose to skip Company talk")
    newest.get_by_role("link", name="Company talk").click()
    timeline = page.locator(".timeline")
    expect(timeline).to_contain_text("sales@acme.example went back to the policy for this event")
    expect(timeline).to_contain_text("lead@acme.example chose to skip this event")


def test_a_disconnection_shows_its_effects_and_is_refused_after_a_change(page: Page, empty_tenant: Tenant) -> None:
    tenant = empty_tenant
    tenant.wait_for_bot(tenant.create("Planning"), "scheduled")
    page.goto(tenant.link)
    page.get_by_role("link", name="Disconnect this calendar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Disconnect {tenant.address(1)}?")
    effects = page.locator(".effects")
    expect(effects).to_contain_text("1 upcoming meeting is not recorded for this calendar.")
    expect(effects).to_contain_text("1 bot is removed.")
    # Without the address nothing is sent.
    page.get_by_role("button", name="Disconnect").click()
    typed = page.get_by_role("textbox")
    expect(typed).to_be_focused()
    assert typed.evaluate("(input) => input.validity.valueMissing")
    tenant.wait_for_bot(tenant.create("Review", hours=6), "scheduled")
    typed.fill(tenant.address(1))
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(effects).to_contain_text("2 bots are removed.")
    expect(typed).to_have_value(tenant.address(1))
    assert {one["bot"] for one in tenant.agenda()} == {"scheduled"}
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status").filter(has_text="The calendar is disconnected")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Asked for by sales@acme.example")
    wait_until("its events are skipped", lambda: all(one["verdict"] == "skip" for one in tenant.agenda()))
