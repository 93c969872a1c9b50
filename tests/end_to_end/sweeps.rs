//! What takes effect in a calendar without a notice about it.

use callsheet_app::ports::OverrideStore as _;
use callsheet_domain::{Actor, CalendarId, IcalUid, OverrideChoice, OverrideScope};
use recall_simulator::Platform;

use crate::command::callsheet;
use crate::tenant::Tenant;

#[tokio::test]
async fn a_word_takes_effect_with_the_next_sweep() {
    let tenant = spoken_about().await;
    tenant.stack.sweep().await;
    tenant.comes_to_bots("the word was heeded", 1).await;
}

#[tokio::test]
async fn a_sweep_is_asked_for_by_hand() {
    let tenant = spoken_about().await;
    callsheet(&["resync"], "").went_well();
    tenant.comes_to_bots("the word was heeded", 1).await;
}

/// An office with a meeting that a person wants recorded, of which nobody was told.
async fn spoken_about() -> Tenant {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.internal(5)).await;
    tenant.comes_to_skip("default").await;
    let calendar = CalendarId::parse(tenant.calendars[0].id.to_string()).expect("an id");
    let series = OverrideScope::Series(IcalUid::parse(event.ical_uid).expect("an ical_uid"));
    let by = Actor::parse("lead@acme.example").expect("a name");
    let now = tenant.stack.now();
    let override_revision = tenant
        .stack
        .state
        .set_override(&calendar, &series, OverrideChoice::Record, &by, now)
        .await;
    override_revision.expect("spoken");
    tenant
}
