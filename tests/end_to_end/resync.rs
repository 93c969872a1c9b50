//! Changes that take effect with a resync, without a webhook.

use callsheet_app::ports::OverrideStore as _;
use callsheet_domain::{OverrideChoice, OverrideScope};
use callsheet_testkit::id;
use recall_simulator::Platform;

use crate::command::callsheet;
use crate::tenant::Tenant;

#[tokio::test]
async fn an_override_takes_effect_with_the_next_resync() {
    let tenant = with_unsynced_override().await;
    tenant.stack.request_resync().await;
    tenant.assert_bots("the override was applied", 1).await;
}

#[tokio::test]
async fn a_resync_is_requested_by_hand() {
    let tenant = with_unsynced_override().await;
    callsheet(&["resync"], "").succeeded();
    tenant.assert_bots("the override was applied", 1).await;
}

/// A company with a `record` override of an internal meeting, set without a sync request.
async fn with_unsynced_override() -> Tenant {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.internal(5)).await;
    tenant.assert_skipped_by("default").await;
    let owner = tenant.stack.owner_of(&tenant.calendar_id(0)).await;
    let series = OverrideScope::Series(id(event.ical_uid));
    let by = id("lead@acme.example");
    let now = tenant.stack.now();
    let set = tenant
        .stack
        .state
        .set_override(&owner, &series, OverrideChoice::Record, &by, now)
        .await;
    set.expect("the table");
    tenant
}
