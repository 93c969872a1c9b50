//! Changes of meetings.

use callsheet_app::ports::OverrideStore as _;
use callsheet_domain::{OverrideChoice, OverrideScope};
use callsheet_testkit::id;
use recall_simulator::{CallFilter, Change, Operation, Platform, ResponseStatus};
use test_case::test_case;

use crate::tenant::Tenant;

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn an_external_meeting_gets_one_bot_and_an_internal_one_none(platform: Platform) {
    let tenant = Tenant::on(platform).await;
    let external = tenant.create(tenant.external(5)).await;
    tenant.create(tenant.internal(6)).await;
    tenant
        .assert_eventually("one bot, two decisions", |decisions, comparison| {
            let start = external.start_time;
            comparison.bots == 1
                && decisions.len() == 2
                && comparison.held.iter().all(|claim| claim.starts_at == start)
        })
        .await;
}

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn a_moved_meeting_has_its_bot_moved(platform: Platform) {
    let tenant = Tenant::on(platform).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let (start, end) = tenant.time(9);
    tenant
        .stack
        .recall
        .update_event(event.id, Change::SetTimes { start, end })
        .await
        .expect("moved");
    tenant
        .assert_eventually("moved", |_, comparison| {
            comparison.bots == 1 && comparison.held.iter().all(|claim| claim.starts_at == start)
        })
        .await;
    let unscheduled = CallFilter {
        operation: Some(Operation::UnscheduleBot),
        event: Some(event.id),
        ..CallFilter::default()
    };
    let calls = tenant
        .stack
        .recall
        .calls(&unscheduled)
        .await
        .expect("the simulator");
    assert!(calls.is_empty(), "a bot is moved by scheduling it again");
}

/// Recall lists no event that starts beyond 28 days.
#[tokio::test]
async fn a_meeting_that_is_moved_beyond_the_listed_days_takes_its_bot_with_it() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.assert_bots("created", 2).await;
    let (start, end) = tenant.time(40 * 24);
    let moved = Change::SetTimes { start, end };
    let moved = tenant.stack.recall.update_event(event.id, moved).await;
    moved.expect("moved");
    let calendar = tenant.calendar_id(0);
    tenant.stack.request_full_sync(&calendar).await;
    tenant
        .assert_eventually("moved", |_, comparison| {
            let mut starts = comparison.held.iter().map(|claim| claim.starts_at);
            comparison.bots == 2 && starts.any(|at| at == start)
        })
        .await;
}

#[tokio::test]
async fn an_event_that_is_given_another_ical_uid_keeps_one_bot() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let draft = tenant.external(5);
    let event = tenant.create(draft.clone()).await;
    tenant.assert_bots("created", 1).await;
    let uid = format!("another-{}@acme.example", tenant.calendars[0].id);
    let draft = Box::new(draft.ical_uid(&uid));
    let changed = tenant
        .stack
        .recall
        .update_event(event.id, Change::Replace { draft })
        .await;
    changed.expect("the simulator");
    tenant
        .assert_eventually("one row wants the bot", |decisions, comparison| {
            let mut wanting = decisions.iter().filter(|row| row.wanted_key().is_some());
            comparison.bots == 1
                && wanting.all(|row| row.key.ical_uid.as_str() == uid)
                && decisions.iter().any(|row| row.key.ical_uid.as_str() == uid)
        })
        .await;
}

#[tokio::test]
async fn a_meeting_with_a_new_link_has_its_bot_moved_there() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let link = Some(format!("https://meet.example/new-{}", event.id));
    let change = Change::SetMeetingUrl {
        meeting_url: link.clone(),
    };
    tenant
        .stack
        .recall
        .update_event(event.id, change)
        .await
        .expect("changed");
    tenant
        .assert_eventually("at the new link", |_, comparison| {
            let at_link = |key: &str| key.ends_with(link.as_deref().unwrap_or_default());
            comparison.bots == 1
                && comparison
                    .held
                    .iter()
                    .all(|claim| at_link(&claim.deduplication_key))
        })
        .await;
}

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn a_cancelled_meeting_loses_its_bot(platform: Platform) {
    let tenant = Tenant::on(platform).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    tenant
        .stack
        .recall
        .update_event(event.id, Change::Cancel)
        .await
        .expect("cancelled");
    tenant.assert_skipped_by("cancelled").await;
}

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn a_declined_meeting_loses_its_bot_and_an_accepted_one_gets_it_back(platform: Platform) {
    let tenant = Tenant::on(platform).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let respond = |response| Change::SetOwnerResponse { response };
    tenant
        .stack
        .recall
        .update_event(event.id, respond(ResponseStatus::Declined))
        .await
        .expect("declined");
    tenant.assert_skipped_by("declined").await;
    tenant
        .stack
        .recall
        .update_event(event.id, respond(ResponseStatus::Accepted))
        .await
        .expect("accepted");
    tenant.assert_bots("accepted", 1).await;
}

#[tokio::test]
async fn a_deleted_event_is_skipped_without_a_call() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    tenant
        .stack
        .recall
        .delete_event(event.id)
        .await
        .expect("deleted");
    tenant.assert_skipped_by("deleted").await;
    let about = CallFilter {
        event: Some(event.id),
        ..CallFilter::default()
    };
    let calls = tenant
        .stack
        .recall
        .calls(&about)
        .await
        .expect("the simulator");
    assert_eq!(calls.len(), 1, "only the call that scheduled it: {calls:?}");
}

#[tokio::test]
async fn copies_of_a_meeting_share_one_bot_until_the_last_is_skipped() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::MicrosoftOutlook).await;
    let uid = format!("shared-{}@acme.example", tenant.calendars[0].id);
    let draft = tenant.external(5).ical_uid(&uid);
    let one = tenant.create_in(0, draft.clone()).await;
    let other = tenant.create_in(1, draft).await;
    tenant
        .assert_eventually("one bot for both", |_, comparison| {
            comparison.bots == 1 && comparison.held.len() == 2
        })
        .await;
    tenant
        .stack
        .recall
        .delete_event(one.id)
        .await
        .expect("deleted");
    tenant
        .assert_eventually("the other copy still has it", |_, comparison| {
            comparison.bots == 1 && comparison.held.len() == 1
        })
        .await;
    let declined = Change::SetOwnerResponse {
        response: ResponseStatus::Declined,
    };
    tenant
        .stack
        .recall
        .update_event(other.id, declined)
        .await
        .expect("declined");
    tenant.assert_bots("no copy wants it", 0).await;
}

#[tokio::test]
async fn an_override_of_a_series_goes_before_the_policy() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.internal(5)).await;
    tenant.assert_skipped_by("default").await;
    let calendar = tenant.calendar_id(0);
    let owner = tenant.stack.owner_of(&calendar).await;
    let series = OverrideScope::Series(id(event.ical_uid));
    let by = id("lead@acme.example");
    for (choice, bots) in [(OverrideChoice::Record, 1), (OverrideChoice::Skip, 0)] {
        let now = tenant.stack.now();
        tenant
            .stack
            .state
            .set_override(&owner, &series, choice, &by, now)
            .await
            .expect("the table");
        tenant.stack.request_full_sync(&calendar).await;
        tenant.assert_bots(choice.as_str(), bots).await;
    }
}

#[tokio::test]
async fn all_events_of_several_pages_are_synced() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let drafts: Vec<_> = (1..=120).map(|hours| tenant.external(hours)).collect();
    let created = tenant
        .stack
        .recall
        .create_events(tenant.calendars[0].id, drafts)
        .await;
    assert_eq!(created.expect("the simulator").len(), 120);
    tenant.assert_bots("a bot for each", 120).await;
}
