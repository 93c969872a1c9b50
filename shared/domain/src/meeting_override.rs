//! Choices of people for a whole meeting: they hold for all of its copies, in every calendar.
//!
//! Each person has one choice. The meeting is skipped as long as one of them says so, whoever says
//! the opposite. So a person's *no* is taken back by that person alone, or by an operator who clears
//! the choices of all.

use jiff::Timestamp;

use crate::actor::Actor;
use crate::id::{CalendarId, EventId};
use crate::override_choice::OverrideChoice;
use crate::revision::{MeetingRevision, Version};

/// The most people whose choices for one meeting are kept.
const MOST_CHOICES: usize = 300;

/// A person's choice for a whole meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingChoice {
    /// The choice.
    pub choice: OverrideChoice,
    /// Who made it.
    pub by: Actor,
    /// When it was made.
    pub at: Timestamp,
}

/// The choices of people for one meeting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingOverride {
    /// One of each person, in the order in which they were made.
    pub choices: Vec<MeetingChoice>,
    /// Counts the changes of what the choices amount to.
    pub revision: MeetingRevision,
    /// The event whose sync has the other copies take the last change in; none once they have.
    pub spreads_from: Option<(CalendarId, EventId)>,
    /// Counts the choices that were made and taken back, each of which is logged.
    pub actions: u64,
    /// Counts the writes of the row.
    pub version: Version,
}

/// More people than are kept have made a choice for a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("300 people have made a choice for this meeting, and no more are kept")]
pub struct TooManyChoices;

impl MeetingOverride {
    /// The choice that holds: the earliest to skip, or else the latest to record.
    #[must_use]
    pub fn in_force(&self) -> Option<&MeetingChoice> {
        let of = |wanted| {
            let made = self.choices.iter();
            made.filter(move |made| made.choice == wanted)
        };
        let skip = of(OverrideChoice::Skip).min_by_key(|made| made.at);
        skip.or_else(|| of(OverrideChoice::Record).max_by_key(|made| made.at))
    }

    /// What holds; none if the policy does.
    #[must_use]
    pub fn choice(&self) -> Option<OverrideChoice> {
        self.in_force().map(|made| made.choice)
    }

    /// The choice of a person, by name in any case; none if they made none, or took it back.
    #[must_use]
    pub fn choice_of(&self, person: &Actor) -> Option<&MeetingChoice> {
        let made = self.choices.iter().find(|made| made.is_of(person));
        made.filter(|made| made.choice != OverrideChoice::Clear)
    }

    /// The choices after one of `event` was made at `at`, by which the other copies are found.
    /// None if the person made the same before.
    ///
    /// # Errors
    /// If so many other people have made a choice that no more are kept.
    pub fn with_choice(
        &self,
        choice: OverrideChoice,
        by: &Actor,
        at: Timestamp,
        event: &(CalendarId, EventId),
    ) -> Result<Option<Self>, TooManyChoices> {
        let before = self.choice_of(by).map(|made| made.choice);
        if before == Some(choice) || (before.is_none() && choice == OverrideChoice::Clear) {
            return Ok(None);
        }
        let mut choices = self.choices.clone();
        choices.retain(|made| !made.is_of(by));
        if choices.len() == MOST_CHOICES {
            let mut made = choices.iter();
            let cleared = made.position(|made| made.choice == OverrideChoice::Clear);
            choices.remove(cleared.ok_or(TooManyChoices)?);
        }
        choices.push(MeetingChoice {
            choice,
            by: by.clone(),
            at,
        });
        Ok(Some(self.after(choices, event)))
    }

    /// The choices after an operator cleared all of them at `at`. None if there were none.
    #[must_use]
    pub fn cleared(
        &self,
        by: &Actor,
        at: Timestamp,
        event: &(CalendarId, EventId),
    ) -> Option<Self> {
        self.choice()?;
        let cleared = MeetingChoice {
            choice: OverrideChoice::Clear,
            by: by.clone(),
            at,
        };
        Some(self.after(vec![cleared], event))
    }

    fn after(&self, choices: Vec<MeetingChoice>, event: &(CalendarId, EventId)) -> Self {
        let mut after = Self {
            choices,
            actions: self.actions + 1,
            ..self.clone()
        };
        let holds = |one: &Self| one.in_force().map(|made| (made.choice, made.at));
        if holds(self) != holds(&after) {
            after.revision = self.revision.next();
            after.spreads_from = Some(event.clone());
        }
        after
    }
}

impl MeetingChoice {
    /// Whether this person made it. People who were forgotten are nobody any more.
    fn is_of(&self, person: &Actor) -> bool {
        let name = |actor: &Actor| actor.as_str().to_lowercase();
        name(&self.by) == name(person) && name(person) != name(&Actor::forgotten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use OverrideChoice::{Clear, Record, Skip};

    fn person(name: &str) -> Actor {
        Actor::parse(name).expect("a name")
    }

    fn event() -> (CalendarId, EventId) {
        let calendar = CalendarId::parse("calendar-1").expect("an id");
        (calendar, EventId::parse("event-1").expect("an id"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    fn after(steps: &[(OverrideChoice, &str)]) -> MeetingOverride {
        let mut meeting = MeetingOverride::default();
        for (second, (choice, by)) in (0..).zip(steps) {
            let next = meeting.with_choice(*choice, &person(by), at(second), &event());
            meeting = next.expect("few people").unwrap_or(meeting);
        }
        meeting
    }

    #[test]
    fn one_persons_yes_does_not_clear_another_ones_no() {
        let meeting = after(&[(Skip, "a"), (Skip, "b"), (Clear, "b")]);
        assert_eq!(meeting.choice(), Some(Skip));
        let meeting = after(&[(Skip, "a"), (Record, "b")]);
        assert_eq!(meeting.choice(), Some(Skip));
        let meeting = after(&[(Skip, "a"), (Record, "b"), (Clear, "a")]);
        assert_eq!(meeting.choice(), Some(Record));
    }

    #[test]
    fn a_person_is_known_by_name_in_any_case() {
        let meeting = after(&[(Skip, "Sales@acme.example"), (Clear, "sales@Acme.example")]);
        assert_eq!(meeting.choice(), None);
    }

    #[test]
    fn nobody_takes_back_the_no_of_a_forgotten_person() {
        let name = Actor::forgotten();
        let meeting = after(&[(Skip, name.as_str()), (Clear, name.as_str())]);
        assert_eq!(meeting.choice(), Some(Skip));
    }

    #[test]
    fn an_operator_clears_the_choices_of_all() {
        let meeting = after(&[(Skip, "a"), (Skip, "b")]);
        let cleared = meeting.cleared(&person("operator"), at(9), &event());
        let cleared = cleared.expect("there are choices");
        assert_eq!(
            (cleared.choice(), cleared.revision),
            (None, MeetingRevision(2))
        );
        assert_eq!(cleared.cleared(&person("operator"), at(10), &event()), None);
    }

    #[test]
    fn the_revision_counts_what_the_choices_amount_to() {
        let meeting = after(&[(Skip, "a"), (Skip, "b"), (Clear, "b")]);
        assert_eq!(meeting.revision, MeetingRevision(1), "the first no holds");
        let meeting = after(&[(Skip, "a"), (Skip, "b"), (Clear, "a")]);
        assert_eq!(meeting.revision, MeetingRevision(2), "another no holds");
    }

    #[test]
    fn a_bound_number_of_people_is_kept() {
        let names: Vec<_> = (0..MOST_CHOICES)
            .map(|number| format!("{number}"))
            .collect();
        let choices: Vec<_> = names.iter().map(|name| (Skip, name.as_str())).collect();
        let mut meeting = after(&choices);
        let another = person("another");
        let refused = meeting.with_choice(Skip, &another, at(999), &event());
        assert_eq!(refused, Err(TooManyChoices));
        let again = meeting.with_choice(Clear, &person("7"), at(999), &event());
        meeting = again.expect("a person who is kept").expect("a change");
        let next = meeting.with_choice(Skip, &another, at(1_000), &event());
        assert!(next.is_ok(), "a choice that was taken back makes room");
    }

    proptest! {
        /// The laws by a model that keeps the last choice of each person.
        #[test]
        fn a_meeting_is_skipped_exactly_while_somebody_says_no(
            steps in prop::collection::vec((0..3_u8, 0..4_u8), 0..30)
        ) {
            let names = ["a", "b", "c", "d"];
            let mut model = BTreeMap::new();
            let mut taken = Vec::new();
            for (choice, by) in steps {
                let choice = [Record, Skip, Clear][usize::from(choice)];
                let by = names[usize::from(by)];
                let before = after(&taken);
                taken.push((choice, by));
                model.insert(by, choice);
                let meeting = after(&taken);
                let said = |wanted| model.values().any(|choice| *choice == wanted);
                let expected = [Skip, Record].into_iter().find(|wanted| said(*wanted));
                prop_assert_eq!(meeting.choice(), expected);
                prop_assert!(meeting.revision >= before.revision);
                if meeting.choice() != before.choice() {
                    prop_assert!(meeting.revision > before.revision);
                    prop_assert!(meeting.spreads_from.is_some());
                }
            }
        }
    }
}
