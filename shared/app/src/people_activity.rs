//! What people did: pushes of policies, and what is logged of all calendars: overrides, choices for
//! whole meetings, pauses and disconnections, with those that were replaced, cleared or ended since.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use callsheet_domain::{
    Actor, Calendar, CalendarId, Email, IcalUid, LoggedActionKind, MeetingWish, OverrideChoice,
    OverrideScope, PolicyRevision, Timestamp,
};

use crate::PortError;
use crate::list_overrides::by_bots;
use crate::ports::{ActionEntry, ActionLog, Calendars, ListedCalendar, LogOf, Policies};

/// Entries of the log that are read together.
const PAGE: usize = 500;

/// What people did.
#[derive(Debug, Clone, Default)]
pub struct PeopleActivity {
    /// What was done, newest first.
    pub actions: Vec<Action>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
}

/// What a person did.
#[derive(Debug, Clone)]
pub struct Action {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub what: ActionKind,
}

/// What was done.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// A policy was pushed.
    PolicyPushed {
        /// Its revision.
        revision: PolicyRevision,
        /// The author's note.
        note: Option<String>,
    },
    /// An override was set or cleared.
    Overridden {
        /// A calendar that had its event, or else one of the owner's; none if no calendar of the
        /// owner is stored.
        calendar: Option<ActedCalendar>,
        /// What it is for.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
    },
    /// A choice for a whole meeting was made or taken back.
    ChosenForMeeting {
        /// The calendar in which that was done.
        calendar: ActedCalendar,
        /// The `ical_uid` of its event.
        ical_uid: IcalUid,
        /// What was chosen.
        wish: MeetingWish,
    },
    /// Calendars were paused, or their pause was ended.
    Paused {
        /// One of the owner's calendars; none if none is stored.
        calendar: Option<ActedCalendar>,
        /// The end. If it is not after the action, a pause was ended.
        until: Timestamp,
    },
    /// A calendar was disconnected.
    Disconnected {
        /// The calendar.
        calendar: ActedCalendar,
    },
}

/// A calendar in which a person did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActedCalendar {
    /// Recall's id.
    pub id: CalendarId,
    /// The owner, if known.
    pub owner: Option<Email>,
}

/// Reads the last `most` things that people did: pushes, and what is logged.
///
/// # Errors
/// If a collaborator fails.
pub async fn people_activity<S>(state: &S, most: usize) -> Result<PeopleActivity, PortError>
where
    S: ActionLog + Calendars + Policies,
{
    let pushes = state.history(None, most).await?.into_iter();
    let mut actions: Vec<_> = pushes
        .map(|policy| Action {
            at: policy.at,
            by: policy.by,
            what: ActionKind::PolicyPushed {
                revision: policy.revision,
                note: policy.note,
            },
        })
        .collect();
    let (entries, unreadable) = logged(state, most).await?;
    if !entries.is_empty() {
        let known = KnownCalendars::of(&state.listed().await?);
        actions.extend(entries.into_iter().map(|entry| known.action(entry)));
    }
    actions.sort_by_key(|action| Reverse(action.at));
    actions.truncate(most);
    Ok(PeopleActivity {
        actions,
        unreadable,
    })
}

/// The last `most` entries of the log, page by page, and the problems of those that cannot be read.
async fn logged<S: ActionLog>(
    state: &S,
    most: usize,
) -> Result<(Vec<ActionEntry>, Vec<String>), PortError> {
    let (mut entries, mut unreadable, mut before) = (Vec::new(), Vec::new(), None);
    while entries.len() < most {
        let wanted = (most - entries.len()).min(PAGE);
        let page = state.all_actions(before.as_ref(), wanted).await?;
        entries.extend(page.entries);
        unreadable.extend(page.unreadable);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok((entries, unreadable))
}

/// The calendars that are stored.
struct KnownCalendars {
    owners: BTreeMap<CalendarId, Option<Email>>,
    /// A calendar of each person, by digest: one that can have bots, if there is one.
    of_person: BTreeMap<String, CalendarId>,
}

impl KnownCalendars {
    fn of(listed: &[ListedCalendar]) -> Self {
        let (mut owners, mut of_person) = (BTreeMap::new(), BTreeMap::<_, &Calendar>::new());
        for ListedCalendar { record, person, .. } in listed {
            let calendar = &record.calendar;
            owners.insert(calendar.id.clone(), calendar.email.clone());
            let further = record.further_names();
            let names = [person.clone(), calendar.owner()]
                .into_iter()
                .chain(further);
            for digest in names.filter_map(|name| name.digest()) {
                let first = of_person.entry(digest).or_insert(calendar);
                if by_bots(calendar) < by_bots(first) {
                    *first = calendar;
                }
            }
        }
        let of_person = of_person.into_iter();
        Self {
            of_person: of_person
                .map(|(digest, one)| (digest, one.id.clone()))
                .collect(),
            owners,
        }
    }

    fn calendar(&self, id: &CalendarId) -> ActedCalendar {
        ActedCalendar {
            id: id.clone(),
            owner: self.owners.get(id).cloned().flatten(),
        }
    }

    /// A calendar of those whose owner a log is of.
    fn of_log(&self, log: &LogOf) -> Option<ActedCalendar> {
        let id = match log {
            LogOf::Person(digest) => self.of_person.get(digest),
            LogOf::Calendar(id) => Some(id),
            LogOf::Meeting => None,
        };
        id.map(|id| self.calendar(id))
    }

    fn action(&self, ActionEntry { action, log }: ActionEntry) -> Action {
        let what = match action.what {
            LoggedActionKind::Override {
                scope,
                choice,
                calendars,
            } => ActionKind::Overridden {
                calendar: (calendars.first())
                    .map(|id| self.calendar(id))
                    .or_else(|| self.of_log(&log)),
                scope,
                choice,
            },
            LoggedActionKind::Pause { until } => ActionKind::Paused {
                calendar: self.of_log(&log),
                until,
            },
            LoggedActionKind::Meeting(made) => ActionKind::ChosenForMeeting {
                calendar: self.calendar(&made.calendar),
                ical_uid: made.event.ical_uid,
                wish: made.choice,
            },
            LoggedActionKind::Disconnection { calendar } => ActionKind::Disconnected {
                calendar: self.calendar(&calendar),
            },
        };
        Action {
            at: action.at,
            by: action.by,
            what,
        }
    }
}
