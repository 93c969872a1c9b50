//! Rows about calendars that are gone do not stay for ever.

use callsheet_domain::plus;
use callsheet_testkit::a_calendar;
use jiff::SignedDuration;

use crate::harness::Harness;

#[tokio::test]
async fn the_rows_of_a_deleted_calendar_expire_ninety_days_later() {
    let harness = Harness::new();
    let calendar = a_calendar().id;
    harness.calendar_changed(&calendar).await;
    assert_eq!(harness.state.expires_at(&calendar), None);
    harness.recall.delete_calendar(&calendar);
    let before = harness.after(0);
    harness.calendar_changed(&calendar).await;
    let expires_at = harness.state.expires_at(&calendar);
    let expires_at = expires_at.expect("the calendar is gone");
    let ninety_days = SignedDuration::from_hours(90 * 24);
    assert!(expires_at >= plus(before, ninety_days));
    assert!(expires_at <= plus(harness.after(0), ninety_days));
}
