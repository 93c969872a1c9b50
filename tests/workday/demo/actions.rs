//! Actions of people and of the operator: changes in the calendars at Recall, and at the same time
//! of the expected state.

use std::collections::BTreeSet;

use callsheet_app::ports::OverrideStore as _;
use callsheet_app::{PushedBy, push};
use callsheet_domain::{
    Actor, IcalUid, OverrideChoice, OverrideScope, PolicyDocument, RuleDocument, Shorthands, Then,
    When,
};
use recall_simulator::EventChange;

use super::{ControlResult, Demo};
use crate::agenda::Entry;
use crate::meeting::{Action, ExpectedVerdict, Meeting};
use crate::people::Person;

impl Demo {
    /// Connects a person's calendar.
    pub(crate) async fn connect(&mut self, owner: Person) -> ControlResult<()> {
        let email = Some(owner.email());
        let calendar = self
            .stack
            .recall
            .create_calendar(owner.platform(), email)
            .await?;
        self.calendars.insert(owner, calendar.id);
        Ok(())
    }

    /// Creates the meetings of one person's agenda.
    pub(crate) async fn create_meetings(
        &mut self,
        owner: Person,
        entries: Vec<Entry>,
    ) -> ControlResult<()> {
        let drafts = entries.iter().map(|entry| entry.draft.clone()).collect();
        let events = self
            .stack
            .recall
            .create_events(self.calendar(owner), drafts)
            .await?;
        let meetings = entries
            .into_iter()
            .zip(events)
            .map(|(entry, event)| Meeting {
                owner,
                event: event.id,
                ical_uid: event.ical_uid,
                title: entry.draft.title,
                starts_at: entry.draft.start,
                ends_at: entry.draft.end,
                link: entry.draft.meeting_url,
                expected: entry.expected,
            });
        self.meetings.extend(meetings);
        Ok(())
    }

    /// Performs actions and returns the number of meetings changed.
    pub(crate) async fn perform(&mut self, actions: &[Action]) -> ControlResult<usize> {
        let (mut changes, mut deleted) = (Vec::new(), Vec::new());
        for action in actions {
            let before = changes.len() + deleted.len();
            let matches = |m: &&mut Meeting| m.owner == action.owner && m.title == action.title;
            for meeting in self.meetings.iter_mut().filter(matches) {
                let event = meeting.event;
                match meeting.apply(action) {
                    Some(change) => changes.push(EventChange { event, change }),
                    None => deleted.push(event),
                }
            }
            if changes.len() + deleted.len() == before {
                self.add_problem(format!(
                    "no meeting of {} has the title \"{}\": the action had no effect",
                    action.owner.email(),
                    action.title
                ));
            }
        }
        let count = changes.len() + deleted.len();
        if !changes.is_empty() {
            self.stack.recall.update_events(changes).await?;
        }
        for event in deleted {
            self.stack.recall.delete_event(event).await?;
        }
        Ok(count)
    }

    /// Sets an override for a person's series, then requests a full sync of the calendar. Returns
    /// the number of meetings that the override applies to.
    pub(crate) async fn override_series(
        &mut self,
        owner: Person,
        title: &str,
        choice: OverrideChoice,
        expected: &ExpectedVerdict,
    ) -> usize {
        let calendar = self.calendar_id(owner);
        let holder = self.stack.owner_of(&calendar).await;
        let mut series = BTreeSet::new();
        let mut count = 0;
        for meeting in self
            .meetings
            .iter_mut()
            .filter(|m| m.owner == owner && m.title == title)
        {
            meeting.expected = expected.clone();
            series.insert(meeting.ical_uid.clone());
            count += 1;
        }
        for uid in series {
            let uid = IcalUid::parse(uid).expect("the simulator creates valid identifiers");
            let (series, now) = (OverrideScope::Series(uid), self.stack.now());
            let by = Actor::parse(owner.email()).expect("an e-mail address is a valid actor");
            let state = &self.stack.state;
            let set = state.set_override(&holder, &series, choice, &by, now);
            set.await.expect("the override is stored");
        }
        self.stack.request_full_sync(&calendar).await;
        count
    }

    /// The operator pushes a policy that skips meetings with this title and names bots after their
    /// meetings. Returns the number of meetings that lose their bot.
    pub(crate) async fn skip_by_policy(&mut self, title: &str) -> usize {
        let rule = RuleDocument {
            name: "skip-title".to_owned(),
            when: When::All(Box::new(Shorthands {
                title_has: vec![title.to_owned()],
                ..Shorthands::default()
            })),
            then: Then::Skip,
            locked: false,
        };
        let mut document = PolicyDocument::built_in();
        document.rules.insert(1, rule);
        let name = "{{ title }} – notes".into();
        document.bot.insert("bot_name".to_owned(), name);
        let pusher = PushedBy {
            by: Actor::parse("lead@acme.example").expect("an e-mail address is a valid actor"),
            note: None,
            at: self.stack.now(),
        };
        let (state, decisions) = (&self.stack.state, &self.stack.decisions);
        let result = push(state, decisions, &document, pusher).await;
        result.expect("the policy is valid and is stored");
        self.stack.request_resync().await;
        let mut count = 0;
        for meeting in self.meetings.iter_mut().filter(|m| m.title == title) {
            if meeting.expected == ExpectedVerdict::EXTERNAL {
                meeting.expected = ExpectedVerdict::Skip("skip-title");
                count += 1;
            }
        }
        count
    }

    /// Disconnects a person's calendar, whose bots Recall then removes.
    pub(crate) async fn disconnect(&mut self, owner: Person) -> ControlResult<()> {
        self.disconnected.insert(owner);
        self.stack
            .recall
            .disconnect_calendar(self.calendar(owner))
            .await
            .map(drop)
    }

    /// Reconnects a person's calendar. Recall does not restore its bots.
    pub(crate) async fn reconnect(&mut self, owner: Person) -> ControlResult<()> {
        self.disconnected.remove(&owner);
        self.stack
            .recall
            .reconnect_calendar(self.calendar(owner))
            .await
            .map(drop)
    }
}
