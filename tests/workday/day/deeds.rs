//! What people do: to the calendars at Recall, and in the same breath to the
//! meetings as the scenario knows them.

use std::collections::BTreeSet;

use callsheet_app::ports::OverrideStore as _;
use callsheet_app::{PushedBy, push};
use callsheet_domain::{
    Actor, IcalUid, OverrideChoice, OverrideScope, PolicyDocument, RuleDocument, Shorthands, Then,
    When,
};
use recall_simulator::EventChange;

use super::{Day, Told};
use crate::agenda::Entry;
use crate::cast::Desk;
use crate::meeting::{Deed, Meeting, Outcome};

impl Day {
    /// Connects a calendar.
    pub(crate) async fn connect(&mut self, desk: Desk) -> Told<()> {
        let address = Some(desk.address());
        let calendar = self
            .stack
            .recall
            .create_calendar(desk.platform(), address)
            .await?;
        self.calendars.insert(desk, calendar.id);
        Ok(())
    }

    /// Puts these into a calendar, all at once.
    pub(crate) async fn fill(&mut self, desk: Desk, entries: Vec<Entry>) -> Told<()> {
        let drafts = entries.iter().map(|entry| entry.draft.clone()).collect();
        let events = self
            .stack
            .recall
            .create_events(self.calendar(desk), drafts)
            .await?;
        let meetings = entries
            .into_iter()
            .zip(events)
            .map(|(entry, event)| Meeting {
                desk,
                event: event.id,
                ical_uid: event.ical_uid,
                title: entry.draft.title,
                starts_at: entry.draft.start,
                ends_at: entry.draft.end,
                link: entry.draft.meeting_url,
                outcome: entry.outcome,
            });
        self.meetings.extend(meetings);
        Ok(())
    }

    /// Does all of these, and says to how many meetings.
    pub(crate) async fn act(&mut self, deeds: &[Deed]) -> Told<usize> {
        let (mut changes, mut removed) = (Vec::new(), Vec::new());
        for deed in deeds {
            let before = changes.len() + removed.len();
            let is_meant = |m: &&mut Meeting| m.desk == deed.desk && m.title == deed.title;
            for meeting in self.meetings.iter_mut().filter(is_meant) {
                let event = meeting.event;
                match meeting.undergo(deed) {
                    Some(change) => changes.push(EventChange { event, change }),
                    None => removed.push(event),
                }
            }
            if changes.len() + removed.len() == before {
                self.fail(format!(
                    "{} is in no agenda: nothing was done to it",
                    deed.title
                ));
            }
        }
        let count = changes.len() + removed.len();
        if !changes.is_empty() {
            self.stack.recall.update_events(changes).await?;
        }
        for event in removed {
            self.stack.recall.delete_event(event).await?;
        }
        Ok(count)
    }

    /// A person says a word about a series; everything in the calendar is then looked at.
    pub(crate) async fn mark(
        &mut self,
        desk: Desk,
        title: &str,
        word: OverrideChoice,
        outcome: &Outcome,
    ) -> usize {
        let calendar = self.calendar_id(desk);
        let mut series = BTreeSet::new();
        let mut count = 0;
        for meeting in self
            .meetings
            .iter_mut()
            .filter(|m| m.desk == desk && m.title == title)
        {
            meeting.outcome = outcome.clone();
            series.insert(meeting.ical_uid.clone());
            count += 1;
        }
        for uid in series {
            let uid = IcalUid::parse(uid).expect("the simulator's are of the right form");
            let (series, now) = (OverrideScope::Series(uid), self.stack.now());
            let by = Actor::parse(desk.address()).expect("an address is short enough");
            let state = &self.stack.state;
            let override_revision = state.set_override(&calendar, &series, word, &by, now);
            override_revision.await.expect("the table takes it");
        }
        self.stack.look_at_all(&calendar).await;
        count
    }

    /// Whoever runs Callsheet pushes a policy by which no meeting of this title
    /// is recorded, and bots are called after their meetings. Says how many
    /// meetings lose their bot.
    pub(crate) async fn leave_out(&mut self, title: &str) -> usize {
        let rule = RuleDocument {
            name: "left-out".to_owned(),
            when: When::All(Box::new(Shorthands {
                title_has: vec![title.to_owned()],
                ..Shorthands::default()
            })),
            then: Then::Skip,
        };
        let mut document = PolicyDocument::built_in();
        document.rules.insert(1, rule);
        let name = "{{ title }} – notes".into();
        document.bot.insert("bot_name".to_owned(), name);
        let pusher = PushedBy {
            by: Actor::parse("lead@acme.example").expect("an address is short enough"),
            note: None,
            at: self.stack.now(),
        };
        let (state, decisions) = (&self.stack.state, &self.stack.decisions);
        let put = push(state, decisions, &document, pusher).await;
        put.expect("it makes sense, and the table takes it");
        self.stack.sweep().await;
        let mut count = 0;
        for meeting in self.meetings.iter_mut().filter(|m| m.title == title) {
            if meeting.outcome == Outcome::EXTERNAL {
                meeting.outcome = Outcome::Skipped("left-out");
                count += 1;
            }
        }
        count
    }

    /// A calendar goes away, and takes its bots with it.
    pub(crate) async fn disconnect(&mut self, desk: Desk) -> Told<()> {
        self.away.insert(desk);
        self.stack
            .recall
            .disconnect_calendar(self.calendar(desk))
            .await
            .map(drop)
    }

    /// And comes back, without them.
    pub(crate) async fn reconnect(&mut self, desk: Desk) -> Told<()> {
        self.away.remove(&desk);
        self.stack
            .recall
            .reconnect_calendar(self.calendar(desk))
            .await
            .map(drop)
    }
}
