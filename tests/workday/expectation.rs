//! What must be there by the scenario, held against what is: the bots at
//! Recall, and the decisions with the rule that each was made by.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Decision, Timestamp};
use recall_simulator::{BotPhase, BotView, EventId};

use crate::cast::Desk;
use crate::meeting::{Meeting, Outcome};

/// What must be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expectation<'a> {
    /// The meetings, as the scenario knows them.
    pub(crate) meetings: &'a [Meeting],
    /// Calendars that are not connected.
    pub(crate) away: &'a BTreeSet<Desk>,
}

/// An event's bot: when, where, for which.
type Claim<'a> = (Timestamp, &'a str, EventId);

impl<'a> Expectation<'a> {
    /// How many bots there must be: one for each time and link.
    fn bots(self) -> usize {
        let claims = self.claims();
        let bots: BTreeSet<_> = claims
            .iter()
            .map(|(start, link, _)| (start, link))
            .collect();
        bots.len()
    }

    /// Those of the bots that wait for our meetings.
    pub(crate) fn ours(self, bots: &[BotView]) -> Vec<&BotView> {
        let ours: BTreeSet<_> = self.meetings.iter().map(|meeting| meeting.event).collect();
        let waiting = bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled);
        waiting
            .filter(|bot| bot.events.iter().any(|event| ours.contains(event)))
            .collect()
    }

    /// What is wrong about the bots, in sentences.
    pub(crate) fn wrong_bots(self, bots: &[BotView]) -> Vec<String> {
        let ours: BTreeMap<_, _> = self.meetings.iter().map(|m| (m.event, m)).collect();
        let bots = self.ours(bots);
        let claims = bots.iter().flat_map(|bot| {
            let events = bot.events.iter().filter(|event| ours.contains_key(event));
            events.map(|event| (bot.start_time, bot.meeting_url.as_str(), *event))
        });
        let (expected, held) = (self.claims(), claims.collect::<BTreeSet<_>>());
        let missing = expected.difference(&held).map(|claim| ("missing", claim));
        let unwanted = held
            .difference(&expected)
            .map(|claim| ("not wanted", claim));
        let mut wrongs: Vec<_> = missing
            .chain(unwanted)
            .map(|(what, (start, _, event))| {
                format!("a bot at {start} is {what}: {}", ours[event].place())
            })
            .collect();
        if wrongs.is_empty() && bots.len() != self.bots() {
            wrongs.push(format!("{} bots instead of {}", bots.len(), self.bots()));
        }
        wrongs
    }

    /// What is wrong about the decisions, in sentences. A meeting that is over needs none.
    pub(crate) fn wrong_decisions(self, decisions: &[Decision], now: Timestamp) -> Vec<String> {
        let decided: BTreeMap<_, _> = decisions
            .iter()
            .map(|d| (d.key.event_id.to_string(), &d.verdict))
            .collect();
        let to_come = self.meetings.iter().filter(|meeting| meeting.ends_at > now);
        to_come
            .filter_map(|meeting| {
                let expected = self.outcome(meeting);
                let expected = (expected.verdict(), expected.rule());
                let verdict = decided.get(&meeting.event.to_string());
                let found = verdict.map(|v| (v.as_str(), v.reason().rule.as_str()));
                (found != Some(expected)).then(|| {
                    let found =
                        found.map_or("nothing".to_owned(), |f| format!("{} ({})", f.0, f.1));
                    let (verdict, rule) = expected;
                    format!(
                        "decided {found} instead of {verdict} ({rule}): {}",
                        meeting.place()
                    )
                })
            })
            .collect()
    }

    fn outcome(self, meeting: &'a Meeting) -> &'a Outcome {
        const DISCONNECTED: &Outcome = &Outcome::DISCONNECTED;
        if self.away.contains(&meeting.desk) {
            DISCONNECTED
        } else {
            &meeting.outcome
        }
    }

    fn claims(self) -> BTreeSet<Claim<'a>> {
        let recorded = |meeting: &&Meeting| matches!(self.outcome(meeting), Outcome::Recorded(_));
        let claim = |meeting: &'a Meeting| {
            let link = meeting.link.as_deref()?;
            Some((meeting.starts_at, link, meeting.event))
        };
        self.meetings
            .iter()
            .filter(recorded)
            .filter_map(claim)
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

    fn meeting(desk: Desk, number: u8) -> Meeting {
        let starts_at: Timestamp = START.parse().expect("an instant");
        Meeting {
            desk,
            event: event(number),
            ical_uid: String::from("shared"),
            title: String::from("Demo"),
            starts_at,
            ends_at: starts_at + crate::week::minutes(30),
            link: Some(String::from("https://acme.zoom.us/j/1")),
            outcome: Outcome::EXTERNAL,
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

    fn wrongs(away: &[Desk], bots: &[BotView]) -> usize {
        let meetings = [meeting(Desk::Sales1, 1), meeting(Desk::Sales2, 2)];
        let away = away.iter().copied().collect();
        let expectation = Expectation {
            meetings: &meetings,
            away: &away,
        };
        expectation.wrong_bots(bots).len()
    }

    #[test]
    fn copies_of_a_meeting_share_a_bot() {
        assert_eq!(wrongs(&[], &[bot(1, START, &[1, 2])]), 0);
        assert_eq!(wrongs(&[], &[bot(1, START, &[1]), bot(2, START, &[2])]), 1);
    }

    #[test]
    fn missing_and_unwanted_bots_are_found() {
        assert_eq!(wrongs(&[], &[]), 2);
        let late = bot(2, "2030-03-04T10:00:00Z", &[2]);
        assert_eq!(wrongs(&[], &[bot(1, START, &[1, 2]), late]), 1);
    }

    #[test]
    fn a_disconnected_calendar_has_no_bots() {
        assert_eq!(wrongs(&[Desk::Sales2], &[bot(1, START, &[1])]), 0);
        assert_eq!(wrongs(&[Desk::Sales2], &[bot(1, START, &[1, 2])]), 1);
    }

    #[test]
    fn a_bot_of_others_is_no_concern() {
        let ours = bot(1, START, &[1, 2]);
        assert_eq!(wrongs(&[], &[ours, bot(2, START, &[9])]), 0);
    }
}
