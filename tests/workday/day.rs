//! The day as it is played: does a chapter's deeds, waits until everything is
//! as it must be, says how long that took, and keeps what went wrong.

mod deeds;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_domain::{CalendarId, Decision};
use callsheet_tests::{Comparison, Stack};
use recall_simulator::client::ControlError;
use recall_simulator::{BotId, BotView, Operation};

use crate::cast::Desk;
use crate::expectation::Expectation;
use crate::meeting::Meeting;

/// What the simulator's controls may fail with.
pub(crate) type Told<T> = Result<T, ControlError>;

/// How long a chapter may take to come right.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long chapters together may take not to come right.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(90);
/// What is left for each when that is used up.
const LITTLE: Duration = Duration::from_secs(3);
/// How long the simulator is asked to wait for its webhooks.
const QUIET: Duration = Duration::from_secs(1);
/// So many things that are wrong are shown.
const SHOWN: usize = 12;

/// Everything there is, and everything there should be.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) stack: Stack,
    pub(crate) meetings: Vec<Meeting>,
    calendars: BTreeMap<Desk, recall_simulator::CalendarId>,
    away: BTreeSet<Desk>,
    failures: Vec<String>,
    /// What was shown as wrong, so as to show it once.
    known: BTreeSet<String>,
    /// What is left for chapters that do not come right.
    patience: Duration,
}

impl Day {
    /// Before anything has happened.
    pub(crate) fn new(stack: Stack) -> Self {
        Self {
            stack,
            meetings: Vec::new(),
            calendars: BTreeMap::new(),
            away: BTreeSet::new(),
            failures: Vec::new(),
            known: BTreeSet::new(),
            patience: PATIENCE_IN_ALL,
        }
    }

    /// Plays a chapter: `deeds` does it and says what was done.
    pub(crate) async fn play(
        &mut self,
        chapter: &str,
        deeds: impl AsyncFnOnce(&mut Self) -> Told<String>,
    ) -> Told<()> {
        let began = self.stack.now();
        let done = deeds(self).await?;
        let is_right = async || self.is_right().await.unwrap_or(false);
        let patience = self.patience.clamp(LITTLE, PATIENCE);
        let came_right = self.stack.comes_true(patience, is_right).await;
        let took = self.stack.now().duration_since(began).as_secs_f64();
        let bots = self.stack.recall.bots().await?;
        let bots = self.expectation().ours(&bots).len();
        let calls = self.calls(|_| true).await?;
        let end = if came_right { "" } else { "  NOT RIGHT" };
        println!("{chapter:<14}{done:<66}{took:>6.1} s{bots:>6}{calls:>7}{end}");
        if !came_right {
            self.patience = self.patience.saturating_sub(patience);
            self.not_right(chapter).await?;
        }
        Ok(())
    }

    /// Shows what is wrong, as far as it was not wrong before.
    async fn not_right(&mut self, chapter: &str) -> Told<()> {
        let mut news = self.wrongs().await?;
        self.fail(format!(
            "{chapter}: {} things were not right in time",
            news.len()
        ));
        news.retain(|wrong| self.known.insert(wrong.clone()));
        for line in first_of(news) {
            println!("    {line}");
        }
        Ok(())
    }

    /// What is not as it must be, in sentences.
    pub(crate) async fn wrongs(&self) -> Told<Vec<String>> {
        let mut wrongs = self.unfinished().await?;
        wrongs.extend(self.wrong_bots().await?);
        wrongs.extend(self.wrong_decisions().await?);
        Ok(wrongs)
    }

    /// Whether everything is as it must be. The quickest question comes first,
    /// so as not to keep the stack busy with answering.
    async fn is_right(&self) -> Told<bool> {
        Ok(self.unfinished().await?.is_empty()
            && self.wrong_bots().await?.is_empty()
            && self.wrong_decisions().await?.is_empty())
    }

    async fn unfinished(&self) -> Told<Vec<String>> {
        let mut wrongs = Vec::new();
        if !self.stack.recall.wait_for_webhooks(QUIET).await? {
            wrongs.push("webhooks are on their way".to_owned());
        }
        let queued = self.stack.queued().await;
        if queued > 0 {
            wrongs.push(format!("{queued} notices are on the queue"));
        }
        Ok(wrongs)
    }

    async fn wrong_bots(&self) -> Told<Vec<String>> {
        let bots = self.stack.recall.bots().await?;
        Ok(self.expectation().wrong_bots(&bots))
    }

    async fn wrong_decisions(&self) -> Told<Vec<String>> {
        let (decisions, bots) = (self.decisions().await, self.stack.recall.bots().await?);
        let (expectation, now) = (self.expectation(), self.stack.now());
        let mut wrongs = expectation.wrong_decisions(&decisions, now);
        let comparison = self.compare(&decisions, &bots).await?;
        if !comparison.agrees() {
            let (missing, unwanted) = (comparison.missing().count(), comparison.unwanted().count());
            wrongs.push(format!(
                "of what was decided {missing} are missing, {unwanted} too many"
            ));
        }
        Ok(wrongs)
    }

    /// The bots that wait for a meeting of this title, whoever shares them.
    pub(crate) async fn bots_of(&self, title: &str) -> Told<BTreeSet<BotId>> {
        let meetings = self
            .meetings
            .iter()
            .filter(|meeting| meeting.title == title);
        let events: BTreeSet<_> = meetings.map(|meeting| meeting.event).collect();
        let mut bots = self.stack.recall.bots().await?;
        bots.retain(|bot| bot.events.iter().any(|event| events.contains(event)));
        Ok(bots.iter().map(|bot| bot.id).collect())
    }

    /// How many calls of these operations were made so far.
    pub(crate) async fn calls(&self, which: impl Fn(Operation) -> bool) -> Told<u64> {
        let stats = self.stack.recall.stats().await?;
        let operations = stats
            .operations
            .iter()
            .filter(|(operation, _)| which(**operation));
        Ok(operations.map(|(_, stats)| stats.calls).sum())
    }

    /// Something went wrong that must not be forgotten.
    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failures.push(what.into());
    }

    /// What went wrong, in sentences.
    pub(crate) fn into_failures(self) -> Vec<String> {
        self.failures
    }

    /// The simulator's id of a calendar.
    pub(crate) fn calendar(&self, desk: Desk) -> recall_simulator::CalendarId {
        self.calendars[&desk]
    }

    /// What was decided about all meetings that are not over.
    pub(crate) async fn decisions(&self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for desk in self.calendars.keys() {
            decisions.extend(self.stack.decisions_of(&self.calendar_id(*desk)).await);
        }
        decisions
    }

    /// What was decided beside what Recall holds.
    pub(crate) async fn compare(
        &self,
        decisions: &[Decision],
        bots: &[BotView],
    ) -> Told<Comparison> {
        let events = self.stack.recall.events().await?;
        let ours = self.calendars.keys().map(|desk| self.calendar_id(*desk));
        let (ours, now) = (ours.collect::<Vec<_>>(), self.stack.now());
        Ok(Comparison::of(decisions, &events, bots, &ours, now))
    }

    fn expectation(&self) -> Expectation<'_> {
        Expectation {
            meetings: &self.meetings,
            away: &self.away,
        }
    }

    fn calendar_id(&self, desk: Desk) -> CalendarId {
        CalendarId::parse(self.calendar(desk).to_string()).expect("a uuid is safe in a path")
    }
}

/// A dozen lines, and how many there are besides.
pub(crate) fn first_of(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}
