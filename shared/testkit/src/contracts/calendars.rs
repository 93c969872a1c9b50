//! What every implementation of `Calendars` must do.

use callsheet_app::ports::{Calendars, Kept};
use callsheet_domain::{
    CalendarId, CalendarRecord, CalendarRevision, CalendarStatus, Looked, Platform, PolicyRevision,
    Version,
};
use futures_util::future::join_all;

use crate::{But, a_calendar, a_calendar_record, an_email, at};

async fn remembered(calendars: &impl Calendars, id: &CalendarId) -> Option<CalendarRecord> {
    calendars.record(id).await.expect("the store answers")
}

async fn kept(calendars: &impl Calendars, record: &CalendarRecord) -> Kept {
    calendars
        .keep_record(record)
        .await
        .expect("the store answers")
}

/// Nobody is remembered who was never written.
///
/// # Panics
/// If the law does not hold.
pub async fn an_unknown_calendar_is_not_remembered(calendars: &impl Calendars) {
    assert_eq!(remembered(calendars, &a_calendar().id).await, None);
}

/// What is written is what is read, but for the version, which has grown by one.
///
/// # Panics
/// If the law does not hold.
pub async fn records_come_back_as_written(calendars: &impl Calendars) {
    let looked = |since: Option<&str>| Looked {
        began_at: at("09:00:00.123456"),
        since: since.map(at),
        policy: PolicyRevision(7),
    };
    let statuses = [
        CalendarStatus::Connecting,
        CalendarStatus::Connected,
        CalendarStatus::Disconnected,
        CalendarStatus::Deleted,
    ];
    let looks = [
        None,
        Some(looked(None)),
        Some(looked(Some("08:59:30.000001"))),
    ];
    for (index, status) in statuses.into_iter().enumerate() {
        for (turn, look) in looks.iter().enumerate() {
            let record = a_calendar_record().but(|record| {
                let calendar = &mut record.calendar;
                calendar.id = CalendarId::parse(format!("calendar-{index}-{turn}")).expect("one");
                calendar.platform = [Platform::Google, Platform::Outlook][turn % 2];
                calendar.status = status;
                calendar.email = (turn > 0).then(|| an_email("jürgen+x@acme.example"));
                calendar.updated_at = at("08:00:00.654321");
                record.revision = CalendarRevision(index as u64);
                record.looked.clone_from(look);
            });
            assert_eq!(kept(calendars, &record).await, Kept::Written);
            let expected = record.clone().but(|record| record.version = Version(1));
            let stored = remembered(calendars, &record.calendar.id).await;
            assert_eq!(stored, Some(expected));
        }
    }
}

/// A write stands only over the version that it states, and then as a whole.
///
/// # Panics
/// If the law does not hold.
pub async fn a_record_is_written_over_the_one_that_was_read(calendars: &impl Calendars) {
    let fresh = a_calendar_record();
    assert_eq!(kept(calendars, &fresh).await, Kept::Written);
    assert_eq!(kept(calendars, &fresh).await, Kept::Lost);
    let next = fresh.clone().but(|record| {
        record.version = Version(1);
        record.calendar.email = None;
        record.calendar.status = CalendarStatus::Deleted;
    });
    assert_eq!(kept(calendars, &next).await, Kept::Written);
    assert_eq!(kept(calendars, &next).await, Kept::Lost);
    let unseen = next.clone().but(|record| {
        record.calendar.id = CalendarId::parse("calendar-never-there").expect("an id");
    });
    assert_eq!(kept(calendars, &unseen).await, Kept::Lost);
    let expected = next.but(|record| record.version = Version(2));
    assert_eq!(
        remembered(calendars, &a_calendar().id).await,
        Some(expected)
    );
}

/// Of many who write over the same version at once, one does.
///
/// # Panics
/// If the law does not hold.
pub async fn of_many_that_remember_a_calendar_at_once_one_does(calendars: &impl Calendars) {
    let record = a_calendar_record();
    let writers = join_all((0..8).map(|_| kept(calendars, &record))).await;
    let winners = writers.iter().filter(|kept| **kept == Kept::Written);
    assert_eq!(winners.count(), 1);
}
