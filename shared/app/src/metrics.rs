//! The metrics of the system, each named here and nowhere else.
//!
//! A metric is an event of `tracing` with a target of its own, so that no use case needs a
//! port for it: `Metric::Late.count(1)`. The functions collect these events, and write them
//! into the log in CloudWatch's embedded metric format, whatever the level of the log is. The
//! command line drops them. An alarm or a widget of the dashboard shows each; a test of the
//! template holds that.

use callsheet_domain::Operation;

/// Target of the events that are metrics.
pub const METRICS: &str = "callsheet::metrics";

/// Field of an event with the name of the metric.
pub const METRIC_FIELD: &str = "metric";
/// Field of an event with its value.
pub const VALUE_FIELD: &str = "value";
/// Field of the event that ends the collection for one invocation.
pub const FLUSH_FIELD: &str = "flush";

/// The unit of a metric, which also says how values of one minute are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things that happened: values are added, and zero is not sent.
    Count,
    /// A number of things at an instant: the largest value counts, and zero is sent.
    Level,
    /// A length of time at an instant, in seconds: the largest value counts.
    Seconds,
}

impl Unit {
    /// The unit's name at CloudWatch.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count | Self::Level => "Count",
            Self::Seconds => "Seconds",
        }
    }

    /// The value of two that were measured one after the other.
    #[must_use]
    pub fn combined(self, one: u64, other: u64) -> u64 {
        match self {
            Self::Count => one.saturating_add(other),
            Self::Level | Self::Seconds => one.max(other),
        }
    }
}

/// Declares the metrics with their names and units.
macro_rules! metrics {
    ($($(#[doc = $doc:expr])+ $metric:ident = $name:literal in $unit:ident,)+) => {
        /// A metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric {
            $($(#[doc = $doc])+ $metric,)+
        }

        impl Metric {
            /// All metrics.
            pub const ALL: &'static [Self] = &[$(Self::$metric,)+];

            /// The name at CloudWatch.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$metric => $name,)+
                }
            }

            /// The unit.
            #[must_use]
            pub fn unit(self) -> Unit {
                match self {
                    $(Self::$metric => Unit::$unit,)+
                }
            }
        }
    };
}

metrics! {
    /// Webhooks that were accepted.
    WebhooksAccepted = "webhooks_accepted" in Count,
    /// Webhooks without a signature, or with one that is no signature.
    WebhooksUnsigned = "webhooks_unsigned" in Count,
    /// Webhooks whose signature none of the secrets made.
    WebhooksUnmatched = "webhooks_unmatched" in Count,
    /// Webhooks whose signature is older than five minutes, or ahead of our clock.
    WebhooksOutdated = "webhooks_outdated" in Count,
    /// Webhooks that Recall signed and that cannot be read.
    WebhooksUnreadable = "webhooks_unreadable" in Count,
    /// Requests that are no webhooks: of another method, too large, or not HTTP.
    WebhooksMalformed = "webhooks_malformed" in Count,
    /// Webhooks whose job the queue did not take.
    WebhooksNotEnqueued = "webhooks_not_enqueued" in Count,

    /// Syncs that were completed.
    Syncs = "syncs" in Count,
    /// Events that syncs listed.
    EventsListed = "events_listed" in Count,
    /// Decisions that syncs wrote.
    DecisionsWritten = "decisions_written" in Count,
    /// Decisions that a catch-up wrote: no webhook had told of their changes.
    CatchUpDecisions = "catch_up_decisions" in Count,
    /// Of a hundred meetings of yesterday that were to be recorded, how many were.
    CoveragePercent = "coverage_percent" in Level,
    /// Events whose bots at Recall were not those that are known.
    DriftedBots = "drifted_bots" in Count,
    /// Decisions on which an expression of the policy failed.
    FailedRules = "failed_rules" in Count,
    /// Meetings for whose bots a cap on spending leaves no room, each time they are decided on.
    OverCap = "over_cap" in Count,
    /// Events in a time zone whose name is not understood.
    UnknownZones = "unknown_zones" in Count,
    /// Events that Recall sent and that cannot be read.
    UnreadableEvents = "unreadable_events" in Count,
    /// Rows of a table that cannot be read.
    UnreadableRows = "unreadable_rows" in Count,

    /// Decisions that are due.
    DueDecisions = "due_decisions" in Level,
    /// How long ago the earliest meeting began whose decision is still due.
    OverdueSeconds = "overdue_seconds" in Seconds,
    /// Meetings that began minutes ago, are to be recorded, and have no bot.
    MissingBots = "missing_bots" in Level,
    /// Alerts about running meetings: a person can still save the recording.
    MeetingsAtRisk = "meetings_at_risk" in Count,
    /// How long Recall has denied us.
    DeniedSeconds = "denied_seconds" in Seconds,

    /// Calls of the scheduler that succeeded.
    CallsDone = "calls_done" in Count,
    /// Calls of the scheduler that must be made again.
    CallsAgain = "calls_again" in Count,
    /// Calls of the scheduler that Recall blocked.
    CallsBlocked = "calls_blocked" in Count,
    /// Decisions that were abandoned, since Recall refused their call.
    Abandoned = "abandoned" in Count,
    /// Bots that were scheduled less than ten minutes before the start.
    Late = "late" in Count,

    /// Calls that list events.
    ListEventsCalls = "list_events_calls" in Count,
    /// Calls that get an event.
    GetEventCalls = "get_event_calls" in Count,
    /// Calls that list calendars.
    ListCalendarsCalls = "list_calendars_calls" in Count,
    /// Calls that get a calendar.
    GetCalendarCalls = "get_calendar_calls" in Count,
    /// Calls that schedule a bot.
    ScheduleBotCalls = "schedule_bot_calls" in Count,
    /// Calls that unschedule bots.
    UnscheduleBotCalls = "unschedule_bot_calls" in Count,
    /// Calls that make a bot leave its call.
    LeaveCallCalls = "leave_call_calls" in Count,
    /// Calls that get a bot.
    GetBotCalls = "get_bot_calls" in Count,
    /// Calls of any kind that Recall answered with 429.
    RecallThrottled = "recall_throttled" in Count,

    /// Events that the bus took.
    PublishedEvents = "published_events" in Count,
    /// Events that the bus did not take, at each delivery by the stream.
    UnpublishedEvents = "unpublished_events" in Count,
    /// Events that the bus never takes.
    RefusedEvents = "refused_events" in Count,

    /// Bots that ended and had recorded.
    BotsRecorded = "bots_recorded" in Count,
    /// Bots that ended without a recording because nobody came.
    BotsNobodyCame = "bots_nobody_came" in Count,
    /// Bots that nobody admitted from the waiting room.
    BotsNeverAdmitted = "bots_never_admitted" in Count,
    /// Bots that a person removed or did not allow to record.
    BotsTurnedAway = "bots_turned_away" in Count,
    /// Bots that could not join by their link or their account.
    BotsNoAccess = "bots_no_access" in Count,
    /// Bots that failed, or whose platform did or blocked them, or for an unknown reason.
    BotsFailed = "bots_failed" in Count,
}

impl Metric {
    /// The metric of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|metric| metric.name() == name)
    }

    /// The calls of an operation; none of one that only a person's command makes.
    #[must_use]
    pub fn calls(operation: Operation) -> Option<Self> {
        Some(match operation {
            Operation::ListEvents => Self::ListEventsCalls,
            Operation::GetEvent => Self::GetEventCalls,
            Operation::ListCalendars => Self::ListCalendarsCalls,
            Operation::GetCalendar => Self::GetCalendarCalls,
            Operation::ScheduleBot => Self::ScheduleBotCalls,
            Operation::UnscheduleBot => Self::UnscheduleBotCalls,
            Operation::LeaveCall => Self::LeaveCallCalls,
            Operation::GetBot => Self::GetBotCalls,
            Operation::CreateCalendar | Operation::DeleteCalendar => return None,
        })
    }

    /// Adds a value: a number of things, or what was measured.
    pub fn count(self, value: impl TryInto<u64>) {
        let value = value.try_into().unwrap_or(u64::MAX);
        if value > 0 || self.unit() != Unit::Count {
            tracing::info!(target: METRICS, metric = self.name(), value);
        }
    }

    /// Has the values that were collected so far written.
    pub fn flush() {
        tracing::info!(target: METRICS, flush = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_metric_has_a_name_of_its_own_by_which_it_is_found() {
        let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            assert_eq!(Metric::parse(metric.name()), Some(*metric));
        }
        assert_eq!(Metric::parse("metrics"), None);
    }

    #[test]
    fn counts_are_added_and_of_what_was_measured_the_largest_value_counts() {
        assert_eq!(Unit::Count.combined(2, 3), 5);
        assert_eq!(Unit::Count.combined(2, u64::MAX), u64::MAX);
        assert_eq!(Unit::Level.combined(2, 3), 3);
        assert_eq!(Unit::Seconds.combined(4, 3), 4);
    }
}
