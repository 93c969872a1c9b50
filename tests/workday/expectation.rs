//! Expected state: compared with the bots at Recall, and with the verdicts and rules of the
//! decisions.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Decision, Timestamp};
use recall_simulator::{BotPhase, BotView, EventId};

use crate::meeting::{ExpectedVerdict, Meeting};
use crate::people::Person;

/// Expected state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expectation<'a> {
    /// Meetings with their expected verdicts.
    pub(crate) meetings: &'a [Meeting],
    /// People whose calendar is disconnected.
    pub(crate) disconnected: &'a BTreeSet<Person>,
}

/// Bot of an event: start, meeting link, event.
type EventBot<'a> = (Timestamp, &'a str, EventId);

impl<'a> Expectation<'a> {
    /// Expected number of bots: one for each start and meeting link.
    fn bot_count(self) -> usize {
        let event_bots = self.event_bots();
        let bots: BTreeSet<_> = event_bots
            .iter()
            .map(|(start, link, _)| (start, link))
            .collect();
        bots.len()
    }

    /// The scheduled bots of these meetings, among all bots of the workspace.
    pub(crate) fn scheduled_bots(self, bots: &[BotView]) -> Vec<&BotView> {
        let events: BTreeSet<_> = self.meetings.iter().map(|meeting| meeting.event).collect();
        let scheduled = bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled);
        scheduled
            .filter(|bot| bot.events.iter().any(|event| events.contains(event)))
            .collect()
    }

    /// Differences between the expected and the actual bots, one sentence each.
    pub(crate) fn bot_differences(self, bots: &[BotView]) -> Vec<String> {
        let meetings: BTreeMap<_, _> = self.meetings.iter().map(|m| (m.event, m)).collect();
        let bots = self.scheduled_bots(bots);
        let actual = bots.iter().flat_map(|bot| {
            let events = bot
                .events
                .iter()
                .filter(|event| meetings.contains_key(event));
            events.map(|event| (bot.start_time, bot.meeting_url.as_str(), *event))
        });
        let (expected, actual) = (self.event_bots(), actual.collect::<BTreeSet<_>>());
        let missing = expected.difference(&actual).map(|bot| ("missing", bot));
        let unwanted = actual.difference(&expected).map(|bot| ("not wanted", bot));
        let mut differences: Vec<_> = missing
            .chain(unwanted)
            .map(|(what, (start, _, event))| {
                format!(
                    "a bot at {start} is {what}: {}",
                    meetings[event].description()
                )
            })
            .collect();
        if differences.is_empty() && bots.len() != self.bot_count() {
            differences.push(format!(
                "{} bots are scheduled instead of {}",
                bots.len(),
                self.bot_count()
            ));
        }
        differences
    }

    /// Differences between the expected and the actual decisions, one sentence each. A meeting that
    /// is over needs no decision.
    pub(crate) fn decision_differences(
        self,
        decisions: &[Decision],
        now: Timestamp,
    ) -> Vec<String> {
        let decided: BTreeMap<_, _> = decisions
            .iter()
            .map(|d| (d.key.event_id.to_string(), &d.verdict))
            .collect();
        let to_come = self.meetings.iter().filter(|meeting| meeting.ends_at > now);
        to_come
            .filter_map(|meeting| {
                let expected = self.expected(meeting);
                let expected = (expected.name(), expected.rule());
                let verdict = decided.get(&meeting.event.to_string());
                let found = verdict.map(|v| (v.as_str(), v.reason().rule.as_str()));
                (found != Some(expected)).then(|| {
                    let found =
                        found.map_or("nothing".to_owned(), |f| format!("{} ({})", f.0, f.1));
                    let (verdict, rule) = expected;
                    format!(
                        "the decision is {found} instead of {verdict} ({rule}): {}",
                        meeting.description()
                    )
                })
            })
            .collect()
    }

    fn expected(self, meeting: &'a Meeting) -> &'a ExpectedVerdict {
        const DISCONNECTED: &ExpectedVerdict = &ExpectedVerdict::DISCONNECTED;
        if self.disconnected.contains(&meeting.owner) {
            DISCONNECTED
        } else {
            &meeting.expected
        }
    }

    fn event_bots(self) -> BTreeSet<EventBot<'a>> {
        let is_recorded =
            |meeting: &&Meeting| matches!(self.expected(meeting), ExpectedVerdict::Record(_));
        let event_bot = |meeting: &'a Meeting| {
            let link = meeting.link.as_deref()?;
            Some((meeting.starts_at, link, meeting.event))
        };
        self.meetings
            .iter()
            .filter(is_recorded)
            .filter_map(event_bot)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use recall_simulator::BotId;
    use serde_json::Value;

    use super::*;

    const START: &str = "2030-03-04T09:00:00Z";

    fn event(number: u8) -> EventId {
        let id = format!("00000000-0000-4000-8000-0000000000{number:02}");
        id.parse().expect("a uuid")
    }

    fn meeting(owner: Person, number: u8) -> Meeting {
        let starts_at: Timestamp = START.parse().expect("an instant");
        Meeting {
            owner,
            event: event(number),
            ical_uid: String::from("shared"),
            title: String::from("Demo"),
            starts_at,
            ends_at: starts_at + crate::week::minutes(30),
            link: Some(String::from("https://acme.zoom.us/j/1")),
            expected: ExpectedVerdict::EXTERNAL,
        }
    }

    fn bot(id: u8, start: &str, events: &[u8]) -> BotView {
        let id: BotId = event(id).to_string().parse().expect("a uuid");
        BotView {
            id,
            deduplication_key: String::new(),
            start_time: start.parse().expect("an instant"),
            meeting_url: String::from("https://acme.zoom.us/j/1"),
            config: Value::Null,
            events: events.iter().copied().map(event).collect(),
            phase: BotPhase::Scheduled,
        }
    }

    fn differences(disconnected: &[Person], bots: &[BotView]) -> usize {
        let meetings = [meeting(Person::Sales1, 1), meeting(Person::Sales2, 2)];
        let disconnected = disconnected.iter().copied().collect();
        let expectation = Expectation {
            meetings: &meetings,
            disconnected: &disconnected,
        };
        expectation.bot_differences(bots).len()
    }

    #[test]
    fn copies_of_a_meeting_share_one_bot() {
        assert_eq!(differences(&[], &[bot(1, START, &[1, 2])]), 0);
        assert_eq!(
            differences(&[], &[bot(1, START, &[1]), bot(2, START, &[2])]),
            1
        );
    }

    #[test]
    fn missing_and_unwanted_bots_are_found() {
        assert_eq!(differences(&[], &[]), 2);
        let late = bot(2, "2030-03-04T10:00:00Z", &[2]);
        assert_eq!(differences(&[], &[bot(1, START, &[1, 2]), late]), 1);
    }

    #[test]
    fn a_disconnected_calendar_has_no_bots() {
        assert_eq!(differences(&[Person::Sales2], &[bot(1, START, &[1])]), 0);
        assert_eq!(differences(&[Person::Sales2], &[bot(1, START, &[1, 2])]), 1);
    }

    #[test]
    fn bots_of_other_meetings_are_ignored() {
        let shared = bot(1, START, &[1, 2]);
        assert_eq!(differences(&[], &[shared, bot(2, START, &[9])]), 0);
    }
}
