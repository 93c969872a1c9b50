//! Times and notifications of changes: every change gets a unique time, and those that the service
//! would report by webhook leave a notification.

use jiff::Timestamp;
use serde_json::Value;

use super::Workspace;
use crate::clock::whole_microseconds;
use crate::ids::{BotId, CalendarId, EventId};
use crate::model::{CalendarStatus, LifeReports, StatusChange};

/// Change that the service reports by webhook.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notification {
    /// Events of a calendar changed, the earliest of them at this time.
    EventsChanged(CalendarId, Timestamp),
    /// The calendar itself changed.
    CalendarUpdated(CalendarId),
    /// A bot got a status.
    BotStatus {
        /// The bot.
        bot: BotId,
        /// The metadata of its configuration.
        metadata: Value,
        /// The status.
        change: StatusChange,
        /// How it is reported.
        reports: LifeReports,
    },
}

impl Workspace {
    /// A time for `updated_at`: now, but later than every earlier one.
    pub(super) fn next_timestamp(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_microsecond(self.last_timestamp.as_microsecond() + 1)
            .unwrap_or(Timestamp::MAX);
        self.last_timestamp = whole_microseconds(now).max(next);
        self.last_timestamp
    }

    /// Removes and returns the notifications since the last call.
    pub(crate) fn take_notifications(&mut self) -> Vec<Notification> {
        std::mem::take(&mut self.notifications)
    }

    /// Sets `updated_at`, without another change.
    pub(super) fn touch_event(&mut self, id: EventId, now: Timestamp) {
        let at = self.next_timestamp(now);
        if let Some(event) = self.events.get_mut(&id) {
            event.updated_at = at;
            let calendar = event.calendar;
            self.notify_event_changed(calendar, at);
        }
    }

    /// Leaves a notification of a bot's status.
    pub(super) fn notify_bot_status(
        &mut self,
        bot: BotId,
        metadata: Value,
        change: StatusChange,
        reports: LifeReports,
    ) {
        self.notifications.push(Notification::BotStatus {
            bot,
            metadata,
            change,
            reports,
        });
    }

    /// Leaves a notification, unless the calendar is disconnected and the service cannot read it.
    pub(super) fn notify_event_changed(&mut self, calendar: CalendarId, at: Timestamp) {
        let status = self
            .calendars
            .get(&calendar)
            .map(|calendar| calendar.status);
        if status == Some(CalendarStatus::Connected) {
            self.notifications
                .push(Notification::EventsChanged(calendar, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn every_change_gets_a_later_timestamp() {
        let mut workspace = Workspace::new(&Options::default());
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let (first, second) = (workspace.next_timestamp(now), workspace.next_timestamp(now));
        let earlier = workspace.next_timestamp("2029-01-01T00:00:00Z".parse().unwrap());
        assert!(first < second && second < earlier);
    }
}
