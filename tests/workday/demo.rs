//! State of the demonstration, and the execution of its scenarios.

mod actions;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_domain::{CalendarId, Decision};
use callsheet_tests::{Comparison, Stack};
use recall_simulator::client::ControlError;
use recall_simulator::{BotId, BotView, Operation};

use crate::expectation::Expectation;
use crate::meeting::Meeting;
use crate::people::Person;

/// Result of a call to the simulator's control API.
pub(crate) type ControlResult<T> = Result<T, ControlError>;

/// Longest wait for the expected state after a scenario.
const SCENARIO_TIMEOUT: Duration = Duration::from_mins(4);
/// Longest total wait for scenarios that do not reach the expected state.
const TIMEOUT_BUDGET: Duration = Duration::from_mins(5);
/// Wait after a scenario when the budget is used up.
const MIN_TIMEOUT: Duration = Duration::from_secs(3);
/// Timeout of one request that waits for the simulator's webhooks.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(1);
/// Maximum number of problems printed at once.
const MAX_PROBLEMS: usize = 12;

/// The stack, the meetings with their expected verdicts, and the problems found so far.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) stack: Stack,
    pub(crate) meetings: Vec<Meeting>,
    calendars: BTreeMap<Person, recall_simulator::CalendarId>,
    /// People whose calendar is disconnected.
    disconnected: BTreeSet<Person>,
    problems: Vec<String>,
    /// Differences printed so far, each of which is printed once.
    printed: BTreeSet<String>,
    /// What is left of [`TIMEOUT_BUDGET`].
    timeout_budget: Duration,
}

impl Demo {
    /// Creates the state before the first scenario.
    pub(crate) fn new(stack: Stack) -> Self {
        Self {
            stack,
            meetings: Vec::new(),
            calendars: BTreeMap::new(),
            disconnected: BTreeSet::new(),
            problems: Vec::new(),
            printed: BTreeSet::new(),
            timeout_budget: TIMEOUT_BUDGET,
        }
    }

    /// Runs a scenario: performs `actions`, which returns their description, waits for the expected
    /// state, and prints one line of the table.
    pub(crate) async fn run_scenario(
        &mut self,
        name: &str,
        actions: impl AsyncFnOnce(&mut Self) -> ControlResult<String>,
    ) -> ControlResult<()> {
        let calls_before = self.calls(|_| true).await?;
        let started_at = self.stack.now();
        let description = actions(self).await?;
        let is_as_expected = async || self.is_as_expected().await.unwrap_or(false);
        let timeout = self.timeout_budget.clamp(MIN_TIMEOUT, SCENARIO_TIMEOUT);
        let succeeded = callsheet_tests::wait_until(timeout, is_as_expected).await;
        let seconds = self.stack.now().duration_since(started_at).as_secs_f64();
        let bots = self.stack.recall.bots().await?;
        let bots = self.expectation().scheduled_bots(&bots).len();
        let calls = self.calls(|_| true).await? - calls_before;
        let end = if succeeded { "" } else { "  NOT AS EXPECTED" };
        println!("{name:<16}{description:<68}{seconds:>8.1} s{bots:>6}{calls:>7}{end}");
        if !succeeded {
            self.timeout_budget = self.timeout_budget.saturating_sub(timeout);
            self.print_differences(name).await?;
        }
        Ok(())
    }

    /// Prints the differences from the expected state that have not been printed before.
    async fn print_differences(&mut self, scenario: &str) -> ControlResult<()> {
        let mut differences = self.differences().await?;
        self.add_problem(format!(
            "{scenario}: {} differences from the expected state at the timeout",
            differences.len()
        ));
        differences.retain(|difference| self.printed.insert(difference.clone()));
        for line in truncated(differences) {
            println!("    {line}");
        }
        Ok(())
    }

    /// Differences from the expected state, one sentence each.
    pub(crate) async fn differences(&self) -> ControlResult<Vec<String>> {
        let mut differences = self.unfinished_work().await?;
        differences.extend(self.bot_differences().await?);
        differences.extend(self.decision_differences().await?);
        Ok(differences)
    }

    /// Whether the state is as expected. The cheapest checks come first, to put little load on the
    /// stack.
    async fn is_as_expected(&self) -> ControlResult<bool> {
        Ok(self.unfinished_work().await?.is_empty()
            && self.bot_differences().await?.is_empty()
            && self.decision_differences().await?.is_empty())
    }

    async fn unfinished_work(&self) -> ControlResult<Vec<String>> {
        let mut unfinished = Vec::new();
        if !self.stack.recall.wait_for_webhooks(WEBHOOK_TIMEOUT).await? {
            unfinished.push("webhooks are still being delivered".to_owned());
        }
        let queued = self.stack.queued().await;
        if queued > 0 {
            unfinished.push(format!("{queued} messages are still in the sync queue"));
        }
        Ok(unfinished)
    }

    async fn bot_differences(&self) -> ControlResult<Vec<String>> {
        let bots = self.stack.recall.bots().await?;
        Ok(self.expectation().bot_differences(&bots))
    }

    async fn decision_differences(&self) -> ControlResult<Vec<String>> {
        let (decisions, bots) = (self.decisions().await, self.stack.recall.bots().await?);
        let (expectation, now) = (self.expectation(), self.stack.now());
        let mut differences = expectation.decision_differences(&decisions, now);
        let comparison = self.compare(&decisions, &bots).await?;
        if !comparison.agrees() {
            let (missing, unwanted) = (comparison.missing().count(), comparison.unwanted().count());
            let claims = comparison.missing().chain(comparison.unwanted());
            let claims: Vec<_> = claims.map(|claim| format!("{claim:?}")).collect();
            differences.push(format!(
                "{missing} bots that decisions want are missing, {unwanted} are not wanted by any decision: {}",
                claims.join("; ")
            ));
        }
        Ok(differences)
    }

    /// Bots for the meetings with this title, in any calendar.
    pub(crate) async fn bots_of(&self, title: &str) -> ControlResult<BTreeSet<BotId>> {
        let meetings = self
            .meetings
            .iter()
            .filter(|meeting| meeting.title == title);
        let events: BTreeSet<_> = meetings.map(|meeting| meeting.event).collect();
        let mut bots = self.stack.recall.bots().await?;
        bots.retain(|bot| bot.events.iter().any(|event| events.contains(event)));
        Ok(bots.iter().map(|bot| bot.id).collect())
    }

    /// Number of calls so far of the operations that `filter` selects.
    pub(crate) async fn calls(&self, filter: impl Fn(Operation) -> bool) -> ControlResult<u64> {
        let stats = self.stack.recall.stats().await?;
        let operations = stats
            .operations
            .iter()
            .filter(|(operation, _)| filter(**operation));
        Ok(operations.map(|(_, stats)| stats.calls).sum())
    }

    /// Adds a problem, which makes the demonstration fail.
    pub(crate) fn add_problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// The problems found, one sentence each.
    pub(crate) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    /// The simulator's id of a person's calendar.
    pub(crate) fn calendar(&self, owner: Person) -> recall_simulator::CalendarId {
        self.calendars[&owner]
    }

    /// Decisions about all meetings that are not over.
    pub(crate) async fn decisions(&self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for owner in self.calendars.keys() {
            decisions.extend(self.stack.decisions_of(&self.calendar_id(*owner)).await);
        }
        decisions
    }

    /// Compares decisions with the bots at Recall.
    pub(crate) async fn compare(
        &self,
        decisions: &[Decision],
        bots: &[BotView],
    ) -> ControlResult<Comparison> {
        let events = self.stack.recall.events().await?;
        let calendars = self.calendars.keys().map(|owner| self.calendar_id(*owner));
        let (calendars, now) = (calendars.collect::<Vec<_>>(), self.stack.now());
        Ok(Comparison::of(decisions, &events, bots, &calendars, now))
    }

    fn expectation(&self) -> Expectation<'_> {
        Expectation {
            meetings: &self.meetings,
            disconnected: &self.disconnected,
        }
    }

    fn calendar_id(&self, owner: Person) -> CalendarId {
        CalendarId::parse(self.calendar(owner).to_string()).expect("a UUID is a calendar id")
    }
}

/// The first lines, and the number of the others.
pub(crate) fn truncated(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(MAX_PROBLEMS);
    lines.truncate(MAX_PROBLEMS);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}
