"""What an operator does in the playground of the policy page: checks a policy, previews it, and pushes it."""

import json
import re
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accessible import assert_accessible
from tenant import Tenant, callsheet, operator_link, send, token_of, wait_until

NOTHING = "version: 1\ndefault: skip\n"
DOUBTFUL = "version: 1\ndefault: skip\nrules:\n  - name: outside\n    when: {externl: true}\n    then: record\n"


def open_policy(page: Page) -> Locator:
    """Opens the policy page as an operator, and returns its editor."""
    page.goto("about:blank")
    page.goto(f"{operator_link()}&page=/policy")
    # The lines are numbered by the script.
    expect(page.locator(".lines li").first).to_be_attached()
    return page.locator("#policy")


def choose(page: Page, address: str) -> None:
    """Chooses the calendar of an address, which is looked for if there are many."""
    box = page.get_by_role("checkbox", name=address)
    search = page.locator("[data-search]")
    if search.count() > 0:
        search.fill(address)
    box.check()


def choose_only(page: Page, *addresses: str) -> None:
    """Chooses the calendars of these addresses and no other."""
    page.locator("[name=calendar]:checked").first.uncheck()
    for address in addresses:
        choose(page, address)


@pytest.fixture
def policy(tenant: Tenant) -> Iterator[dict[str, Any]]:
    """The active policy, which is active again afterwards."""
    token = token_of(operator_link())
    before = send(f"{tenant.console}v1/policy", token=token)["document"]
    yield before
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(before, file)
        file.flush()
        callsheet("policy", "push", file.name, "--by", "lead@acme.example")


def with_rule(policy: dict[str, Any], name: str) -> str:
    """The policy as a text, with one more rule that no meeting fits."""
    rule = {"name": name, "when": {"title_has": [f"never {name}"]}, "then": "skip"}
    return json.dumps(policy | {"rules": [*policy.get("rules", []), rule]}, indent=2)


def push_locked(policy: dict[str, Any], word: str) -> None:
    """Pushes the policy with one more rule below all others, which locks meetings with this word in their titles."""
    rule = {"name": "legal-hold", "when": {"title_has": [word]}, "then": "skip", "locked": True}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(policy | {"rules": [*policy.get("rules", []), rule]}, file)
        file.flush()
        callsheet("policy", "push", file.name, "--by", "lead@acme.example")


def push(page: Page, note: str) -> None:
    """Pushes the text of the editor."""
    page.locator("#push").click()
    page.get_by_label("Why, for the history").fill(note)
    page.get_by_role("dialog").get_by_role("button", name="Push").click()


def test_an_invalid_policy_is_marked_at_its_line(page: Page, tenant: Tenant) -> None:
    text = open_policy(page)
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url.removeprefix(tenant.console).split("?")[0]))
    text.fill(DOUBTFUL)
    problem = page.locator("#lint .problems li")
    expect(problem).to_contain_text("externl")
    expect(page.locator(".lines li").nth(4)).to_have_class("marked")
    expect(page.locator(".lines .marked")).to_have_count(1)
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#live")).to_contain_text("Line 5, column 12")
    assert_accessible(page)
    problem.get_by_role("button", name="Line 5, column 12").press("Enter")
    expect(text).to_be_focused()
    assert text.input_value() == DOUBTFUL
    assert text.evaluate("(text) => text.value.slice(text.selectionStart)").startswith("externl")
    text.fill(NOTHING)
    expect(page.locator("#lint")).to_contain_text("Valid")
    expect(page.locator(".lines .marked")).to_have_count(0)
    assert not [path for path in calls if "preview" in path], "a check asks nothing of Recall"


def test_a_preview_right_after_typing_marks_the_text_and_has_the_last_word(page: Page, tenant: Tenant) -> None:
    held: list[Route] = []
    page.route("**/v1/policies/lint*", lambda route: held.append(route))
    text = open_policy(page)
    choose_only(page, tenant.address(1))
    text.fill(DOUBTFUL)
    page.locator("#preview").press("Enter")
    progress = page.locator("[data-progress]")
    expect(progress).to_have_text("Stopped after 0 of 1.")
    for route in held:
        route.continue_()
    expect(page.locator(".lines li").nth(4)).to_have_class("marked")
    expect(text).to_have_attribute("aria-invalid", "true")
    assert page.locator("#live").text_content() == progress.text_content()


def test_no_check_of_an_older_text_is_shown(page: Page) -> None:
    text = open_policy(page)
    held: list[Route] = []
    page.route("**/v1/policies/lint*", lambda route: route.continue_() if held else held.append(route))
    text.fill(DOUBTFUL)
    wait_until("the text is checked", lambda: page.wait_for_timeout(50) or held)
    page.clock.install()
    text.fill(f"{NOTHING}rules: []\n")
    with page.expect_response("**/v1/policies/lint*"):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(page.locator("#lint")).not_to_contain_text("externl")
    page.clock.run_for(500)
    expect(page.locator("#lint")).to_contain_text("Valid, 0 rules")
    expect(page.locator(".lines .marked")).to_have_count(0)


def test_a_preview_changes_nothing(page: Page, empty_tenant: Tenant) -> None:
    tenant = empty_tenant
    event = tenant.create("Kick-off")
    tenant.wait_for_bot(event, "scheduled")
    token = token_of(operator_link())
    before = send(f"{tenant.console}v1/policy", token=token)
    text = open_policy(page)
    text.fill(NOTHING)
    choose_only(page, tenant.address(1))
    page.locator("#preview").press("Enter")
    expect(page.locator("[data-progress]")).to_contain_text("Previewed: 1 of 1.")
    for effect, count in (("gains", 0), ("loses", 1), ("changes", 0), ("keeps", 0)):
        expect(page.locator(f"[data-total={effect}]")).to_have_text(str(count))
    change = page.locator(".changes li")
    expect(change).to_contain_text("Kick-off")
    expect(change.locator(".badge")).to_have_text("loses its bot")
    expect(page.locator("#live")).to_contain_text("loses 1")
    expect(page.locator("#preview")).to_be_focused()
    assert_accessible(page)
    assert send(f"{tenant.console}v1/policy", token=token) == before
    assert [(one["id"], one["bot"], one["is_outdated"]) for one in tenant.agenda()] == [(event, "scheduled", False)]
    text.fill(f"{NOTHING}rules: []\n")
    expect(page.get_by_text("The text has changed since.")).to_be_visible()


def test_a_preview_of_several_calendars_can_be_stopped(page: Page, tenant: Tenant) -> None:
    open_policy(page).fill(NOTHING)
    choose_only(page, tenant.address(1), tenant.address(2))
    held: list[Route] = []

    def hold_the_second(route: Route) -> None:
        if previewed.count() == 0:
            route.continue_()
        else:
            held.append(route)

    previewed = page.locator(".previewed")
    page.route("**/preview*", hold_the_second)
    page.locator("#preview").click()
    expect(page.locator("[data-progress]")).to_contain_text("Calendar 2 of 2")
    page.locator("#stop").click()
    expect(page.locator("[data-progress]")).to_have_text("Stopped after 1 of 2.")
    expect(previewed).to_have_count(1)
    expect(page.locator("#preview")).to_be_focused()


def test_the_second_of_two_pushes_is_refused(page: Page, policy: dict[str, Any]) -> None:
    other = page.context.new_page()
    first, second = open_policy(page), open_policy(other)
    first.fill(with_rule(policy, "first"))
    late = with_rule(policy, "second")
    second.fill(late)
    push(page, "the first one")
    expect(page.locator("[data-message]")).to_contain_text(re.compile(r"Revision \d+ is active"))
    push(other, "the second one")
    expect(other.get_by_role("alert")).to_contain_text("changed since it was read")
    expect(other.locator("[data-message]")).to_contain_text("your text above is as you left it")
    expect(other.locator("[data-message] pre")).to_contain_text("never first")
    assert second.input_value() == late
    assert_accessible(other)
    other.get_by_role("button", name="I have read it").click()
    expect(other.get_by_label("Why, for the history")).to_have_value("the second one")
    other.get_by_role("dialog").get_by_role("button", name="Push").click()
    expect(other.locator("[data-message]")).to_contain_text(re.compile(r"Revision \d+ is active"))
    assert second.input_value() == late
    # The first page has nothing of its own any more, so it shows what is active.
    page.reload()
    expect(first).to_have_value(re.compile("never second"))
    other.close()


def test_a_text_outlives_a_look_at_another_page(page: Page) -> None:
    text = open_policy(page)
    text.fill(DOUBTFUL)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.get_by_role("link", name="Policy", exact=True).click()
    expect(text).to_have_value(DOUBTFUL)
    expect(page.locator(".lines .marked")).to_have_count(1)
    page.locator("#discard").click()
    expect(page.locator("#lint")).to_contain_text("Valid")
    expect(page.locator("#discard")).to_be_hidden()


def test_a_locked_rule_shows_a_lock_and_offers_no_choice(page: Page, tenant: Tenant, policy: dict[str, Any]) -> None:
    held, free = tenant.create(f"Contract {tenant.team}"), tenant.create("Kick-off", hours=6)
    tenant.wait_for_bot(held, "scheduled")
    tenant.wait_for_bot(free, "scheduled")
    page.goto(tenant.link)
    shown = page.locator(f"#row-{held}")
    shown.get_by_role("radio", name="Record").check()
    expect(shown).to_contain_text("Took effect after")
    push_locked(policy, tenant.team)
    badge = shown.locator(".badge")
    expect(badge).to_have_text("Skipped: rule legal-hold, locked by the policy")
    expect(badge.locator("use")).to_have_attribute("href", "#icon-lock")
    expect(shown.get_by_role("radio")).to_have_count(0)
    expect(page.locator(f"#row-{free}").get_by_role("radio")).to_have_count(3)
    tenant.wait_for_bot(held, "none")
    assert_accessible(page)
    page.goto(f"{tenant.console}#/events/{held}")
    # Until the event is there, the tab shows the agenda, which has a badge in each row.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contract")
    expect(page.locator(".state .badge")).to_have_text("Skipped: rule legal-hold, locked by the policy")
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.locator(".why .steps .decisive")).to_contain_text("legal-hold, skip, locked: decided")
    assert_accessible(page)
