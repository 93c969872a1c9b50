//! One company with calendars of its own, in the shared stack.

use std::time::Duration;

use callsheet_domain::{CalendarId, Decision, Timestamp, plus};
use callsheet_tests::{Comparison, Stack};
use jiff::SignedDuration;
use recall_simulator::{CalendarView, EventDraft, EventView, Platform};

/// Far longer than anything here takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A company with one connected calendar, and more if it needs them.
pub(crate) struct Tenant {
    pub(crate) stack: Stack,
    pub(crate) calendars: Vec<CalendarView>,
}

impl Tenant {
    /// With one calendar of `platform`.
    pub(crate) async fn on(platform: Platform) -> Self {
        let mut tenant = Self {
            stack: Stack::of_environment(),
            calendars: Vec::new(),
        };
        tenant.connect(platform).await;
        tenant
    }

    /// Connects one more calendar.
    pub(crate) async fn connect(&mut self, platform: Platform) -> CalendarView {
        let address = format!("desk-{}@acme.example", self.calendars.len() + 1);
        let connected = self
            .stack
            .recall
            .create_calendar(platform, Some(&address))
            .await;
        let calendar = connected.expect("the simulator");
        self.calendars.push(calendar.clone());
        calendar
    }

    /// A meeting with somebody of another company, `hours` from now, with a
    /// link that no other test uses.
    pub(crate) fn external(&self, hours: i64) -> EventDraft {
        self.internal(hours).attendee("buyer@globex.example")
    }

    /// A meeting with a link, called by a colleague.
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

    fn ids(&self) -> Vec<CalendarId> {
        let id = |calendar: &CalendarView| CalendarId::parse(calendar.id.to_string());
        self.calendars
            .iter()
            .map(|calendar| id(calendar).expect("an id"))
            .collect()
    }

    /// Waits until `expected` holds and Recall holds exactly what is wanted,
    /// with nothing left to do.
    pub(crate) async fn comes_to(
        &self,
        what: &str,
        expected: impl Fn(&[Decision], &Comparison) -> bool,
    ) {
        let ids = self.ids();
        let come = self
            .stack
            .comes_true(PATIENCE, async || {
                let (decisions, comparison) = self.look(&ids).await;
                let is_done = decisions.iter().all(|decision| !decision.is_due());
                is_done && comparison.agrees() && expected(&decisions, &comparison)
            })
            .await;
        let (decisions, comparison) = self.look(&ids).await;
        assert!(
            come,
            "it never came to this: {what}\n{comparison:#?}\n{decisions:#?}"
        );
        let stats = self.stack.recall.stats().await.expect("the simulator");
        assert_eq!(
            (stats.violations, stats.simulator_violations),
            (0, 0),
            "against the specification"
        );
    }

    async fn look(&self, ids: &[CalendarId]) -> (Vec<Decision>, Comparison) {
        let mut decisions = Vec::new();
        for id in ids {
            decisions.extend(self.stack.decisions_of(id).await);
        }
        (decisions, self.stack.compare(ids).await)
    }

    /// Waits until there are exactly `bots` bots, all as wanted.
    pub(crate) async fn comes_to_bots(&self, what: &str, bots: usize) {
        self.comes_to(what, |_, comparison| comparison.bots == bots)
            .await;
    }

    /// Waits until the only meeting is not recorded by `rule`, and has no bot.
    pub(crate) async fn comes_to_skip(&self, rule: &str) {
        self.comes_to(rule, |decisions, comparison| {
            let by_rule = |row: &Decision| row.verdict.reason().rule.as_str() == rule;
            comparison.bots == 0 && decisions.len() == 1 && decisions.iter().all(by_rule)
        })
        .await;
    }
}
