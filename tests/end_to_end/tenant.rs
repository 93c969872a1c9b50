//! One company with calendars of its own, in the shared stack.

use std::time::Duration;

use callsheet_domain::{CalendarId, Decision, Timestamp, plus};
use callsheet_testkit::id;
use callsheet_tests::{Comparison, Stack, announce, assert_eventually};
use jiff::SignedDuration;
use recall_simulator::{CalendarView, EventDraft, EventView, Platform};

/// Far longer than any condition here needs, even on a busy machine, and while the
/// test of a denied key holds every call for two minutes.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(8);

/// A company with one connected calendar, and more if it needs them.
///
/// Its people are nobody else's: what one person pauses or overrides holds for all their
/// calendars, in whichever test they were connected.
pub(crate) struct Tenant {
    pub(crate) stack: Stack,
    pub(crate) calendars: Vec<CalendarView>,
    team: String,
}

impl Tenant {
    /// A company with one calendar on `platform`.
    pub(crate) async fn on(platform: Platform) -> Self {
        let mut tenant = Self {
            stack: Stack::of_environment(),
            calendars: Vec::new(),
            team: format!("{:08x}", fastrand::u32(..)),
        };
        tenant.connect(platform).await;
        tenant
    }

    /// The address of a person of the company.
    pub(crate) fn address(&self, desk: usize) -> String {
        format!("desk-{desk}-{}@acme.example", self.team)
    }

    /// Connects one more calendar.
    pub(crate) async fn connect(&mut self, platform: Platform) -> CalendarView {
        let address = self.address(self.calendars.len() + 1);
        let connected = self
            .stack
            .recall
            .create_calendar(platform, Some(&address))
            .await;
        let calendar = connected.expect("the simulator");
        self.calendars.push(calendar.clone());
        calendar
    }

    /// Announces a line at WARN or ERROR with `text`, about this company's calendars or events. A
    /// line that is not announced fails the run, and so does an announced one that does not come.
    pub(crate) fn announces(&self, text: &str) {
        let calendars = self.calendars.iter();
        announce(
            text,
            calendars.map(|calendar| calendar.id.to_string()).collect(),
        );
    }

    /// A meeting with an attendee of another company, `hours` from now, with a
    /// link that no other test uses.
    pub(crate) fn external(&self, hours: i64) -> EventDraft {
        self.internal(hours).attendee("buyer@globex.example")
    }

    /// A meeting with a link, organized by a colleague.
    pub(crate) fn internal(&self, hours: i64) -> EventDraft {
        let (start, end) = self.time(hours);
        let room = format!("{}-{hours}", self.calendars[0].id);
        EventDraft::new("Review", start, end)
            .meeting_url(format!("https://meet.example/{room}?pwd=never-log-this"))
            .organizer("colleague@acme.example")
    }

    /// Half an hour that begins `hours` from now, at a whole minute.
    pub(crate) fn time(&self, hours: i64) -> (Timestamp, Timestamp) {
        let now = self.stack.now().as_second();
        let minute = Timestamp::from_second(now - now.rem_euclid(60)).expect("in range");
        let start = plus(minute, SignedDuration::from_hours(hours));
        (start, plus(start, SignedDuration::from_mins(30)))
    }

    /// Puts a meeting into the first calendar.
    pub(crate) async fn create(&self, draft: EventDraft) -> EventView {
        self.create_in(0, draft).await
    }

    /// Puts a meeting into the calendar at `index`.
    pub(crate) async fn create_in(&self, index: usize, draft: EventDraft) -> EventView {
        let created = self
            .stack
            .recall
            .create_event(self.calendars[index].id, draft)
            .await;
        created.expect("the simulator")
    }

    /// Id of the calendar at `index`.
    pub(crate) fn calendar_id(&self, index: usize) -> CalendarId {
        id(self.calendars[index].id)
    }

    /// Waits until no decision is due, the bots at Recall are exactly the
    /// wanted ones, and `condition` holds.
    pub(crate) async fn assert_eventually(
        &self,
        expected: &str,
        condition: impl Fn(&[Decision], &Comparison) -> bool,
    ) {
        let ids: Vec<_> = (0..self.calendars.len())
            .map(|index| self.calendar_id(index))
            .collect();
        let observe = async || {
            let mut decisions = Vec::new();
            for id in &ids {
                decisions.extend(self.stack.decisions_of(id).await);
            }
            (decisions, self.stack.compare(&ids).await)
        };
        assert_eventually(TIMEOUT, expected, observe, |(decisions, comparison)| {
            let is_applied = decisions.iter().all(|decision| !decision.is_due());
            is_applied && comparison.agrees() && condition(decisions, comparison)
        })
        .await;
        let stats = self.stack.recall.stats().await.expect("the simulator");
        assert_eq!(
            (stats.violations, stats.simulator_violations),
            (0, 0),
            "calls and responses that violate Recall's specification"
        );
    }

    /// Waits until there are exactly `bots` bots, all as wanted.
    pub(crate) async fn assert_bots(&self, expected: &str, bots: usize) {
        self.assert_eventually(expected, |_, comparison| comparison.bots == bots)
            .await;
    }

    /// Waits until the only meeting is skipped by `rule`, and has no bot.
    pub(crate) async fn assert_skipped_by(&self, rule: &str) {
        self.assert_eventually(rule, |decisions, comparison| {
            let by_rule = |row: &Decision| row.verdict.reason().rule.as_str() == rule;
            comparison.bots == 0 && decisions.len() == 1 && decisions.iter().all(by_rule)
        })
        .await;
    }
}
