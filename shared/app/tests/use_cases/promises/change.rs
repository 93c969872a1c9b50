//! Changes at Recall and by people, at random.

use callsheet_app::ports::{CalendarEvents as _, Decisions as _, OverrideStore as _, Queue as _};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarStatus, Decision, EventId, IcalUid, Meeting,
    OverrideChoice, OverrideScope, PlatformEventId, PolicyDocument, ResponseStatus, SyncJob,
    SyncReason, SyncRequest, Timestamp, plus,
};
use callsheet_testkit::{With as _, a_calendar, an_actor, an_email, an_event, at};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::{Harness, skips_all};

/// Something that happens in a calendar.
#[derive(Debug, Clone)]
pub(super) enum Change {
    PushOutcome {
        event: usize,
        start_minute: i64,
        has_link: bool,
        is_declined: bool,
        /// Recall's firewall blocks what a bot is named by such a title.
        has_blocked_title: bool,
    },
    Delete {
        event: usize,
    },
    Disconnect {
        calendar: usize,
    },
    Reconnect {
        calendar: usize,
    },
    /// The owner of a calendar gets another address.
    Rename {
        calendar: usize,
        name: u8,
    },
    /// The operator pushes another policy.
    Push {
        policy: usize,
    },
    /// An override of an event or of its series.
    Say {
        event: usize,
        word: OverrideChoice,
        is_of_series: bool,
    },
    Pause {
        calendar: usize,
        minutes: i64,
    },
    /// An event as it is now is moved to an earlier time, so that it is over.
    MoveIntoThePast {
        event: usize,
        minutes: i64,
    },
    /// An event as it is now gets another title.
    Retitle {
        event: usize,
        title: u8,
    },
    /// An event as it is now is given another `ical_uid`, as another meeting with a
    /// link of its own, or as the same.
    Renumber {
        event: usize,
        number: u8,
        keeps_link: bool,
    },
    /// The table of decisions is restored as it was so many changes ago.
    Restore {
        changes: usize,
    },
    /// Nothing happens for some minutes, in which meetings begin and end.
    Wait {
        minutes: i64,
    },
}

pub(super) const EVENTS: usize = 7;
/// The last one is a second connection of the first one's mailbox.
pub(super) const CALENDARS: usize = 3;
/// The first event as the second connection shows it.
const SECOND_CONNECTION: usize = 6;

pub(super) fn word() -> impl Strategy<Value = OverrideChoice> {
    prop::sample::select(vec![
        OverrideChoice::Record,
        OverrideChoice::Skip,
        OverrideChoice::Clear,
    ])
}

/// Policies that decide, and name the bot, each in a way of its own.
pub(super) fn policy(number: usize) -> impl FnOnce(&mut PolicyDocument) {
    move |document| {
        if number == 1 {
            skips_all(document);
        }
        if number == 2 {
            document.rules.remove(0);
        }
        let name = format!("{number}: {{{{ title }}}} of {{{{ own_address }}}}");
        document.bot.insert("bot_name".to_owned(), name.into());
    }
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0..EVENTS, 30_i64..600, prop::bool::weighted(0.8), prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(
            |(event, start_minute, has_link, is_declined, has_blocked_title)| {
                Change::PushOutcome { event, start_minute, has_link, is_declined, has_blocked_title }
            },
        ),
        1 => (0..EVENTS).prop_map(|event| Change::Delete { event }),
        1 => (0..CALENDARS).prop_map(|calendar| Change::Disconnect { calendar }),
        2 => (0..CALENDARS).prop_map(|calendar| Change::Reconnect { calendar }),
        1 => (0..CALENDARS, 0..2_u8).prop_map(|(calendar, name)| Change::Rename { calendar, name }),
        1 => (0..3_usize).prop_map(|policy| Change::Push { policy }),
        2 => (0..EVENTS, word(), any::<bool>()).prop_map(|(event, word, is_of_series)| {
            Change::Say { event, word, is_of_series }
        }),
        1 => (0..CALENDARS, -1_i64..8).prop_map(|(calendar, minutes)| Change::Pause { calendar, minutes }),
        2 => (0..EVENTS, 1_i64..600).prop_map(|(event, minutes)| Change::MoveIntoThePast { event, minutes }),
        2 => (0..EVENTS, any::<u8>()).prop_map(|(event, title)| Change::Retitle { event, title }),
        2 => (0..EVENTS, 0..3_u8).prop_map(|(event, number)| Change::Renumber { event, number, keeps_link: false }),
        1 => (1..6_usize).prop_map(|changes| Change::Restore { changes }),
        2 => (1_i64..120).prop_map(|minutes| Change::Wait { minutes }),
    ]
}

pub(super) fn calendar(number: usize, status: CalendarStatus, updated_at: Timestamp) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = CalendarId::parse(format!("calendar-{number}")).expect("an id");
        calendar.email = Some(an_email(&format!("owner-{}@acme.example", number % 2)));
        calendar.status = status;
        calendar.updated_at = updated_at;
    })
}

/// The `number`th event. Two events each are copies of one meeting, in two calendars.
fn event(number: usize, updated_at: Timestamp) -> CalendarEvent {
    if number == SECOND_CONNECTION {
        return event(0, updated_at).with(|event| {
            event.id = EventId::parse(format!("event-{number}")).expect("an id");
            event.calendar_id = CalendarId::parse("calendar-2").expect("an id");
        });
    }
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.platform_id = PlatformEventId::parse(format!("platform-{number}")).ok();
        event.facts.title = Some(format!("Meeting as {number} has it"));
        event.calendar_id = CalendarId::parse(format!("calendar-{}", number % 2)).expect("an id");
        event.ical_uid = IcalUid::parse(format!("meeting-{}", number / 2)).expect("an ical_uid");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", number / 2),
        });
        event.updated_at = updated_at;
    })
}

impl Harness {
    /// The `number`th event as it is now; the usual one if it does not exist yet.
    fn event_now(&self, number: usize, now: Timestamp) -> CalendarEvent {
        let usual = event(number, now);
        let event = self.recall.event(&usual.id).unwrap_or(usual);
        event.with(|event| event.updated_at = now)
    }

    /// Restores the table of decisions to `rows`.
    async fn restore(&self, rows: &[Decision]) {
        for row in self.decisions.all() {
            self.decisions.make_unreadable(&row.key);
            let is_gone = self.decisions.discard(&row.key).await;
            assert!(is_gone.expect("memory"));
        }
        for row in rows {
            self.decisions.put(row.clone());
        }
    }

    /// Changes every calendar at Recall, so that each has a full sync, and its
    /// webhook arrive.
    pub(super) async fn change_every_calendar(&self) {
        for number in 0..CALENDARS {
            let id = calendar(number, CalendarStatus::Connected, self.after(0)).id;
            let known = self.recall.calendar(&id).await.expect("memory");
            let change = match known.expect("no calendar of these is deleted").status {
                CalendarStatus::Connected => Change::Reconnect { calendar: number },
                _ => Change::Disconnect { calendar: number },
            };
            self.happen(&change, &[]).await;
        }
    }

    /// The `number`th event after a change of it; none if the change is another one.
    fn changed_event(&self, change: &Change, now: Timestamp) -> Option<CalendarEvent> {
        Some(match change {
            Change::PushOutcome {
                event: number,
                start_minute,
                has_link,
                is_declined,
                has_blocked_title,
            } => {
                let ical_uid = self.event_now(*number, now).ical_uid;
                event(*number, now).with(|event| {
                    event.meeting = Some(meeting_of(&ical_uid)).filter(|_| *has_link);
                    event.ical_uid = ical_uid;
                    event.starts_at = plus(at("10:00"), SignedDuration::from_mins(*start_minute));
                    event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
                    if *has_blocked_title {
                        event.facts.title = Some(format!("{number} of http://localhost:3000"));
                    }
                    event.facts.own_response = Some(if *is_declined {
                        ResponseStatus::Declined
                    } else {
                        ResponseStatus::Accepted
                    });
                })
            }
            Change::Delete { event } => self
                .event_now(*event, now)
                .with(|event| event.is_deleted = true),
            Change::MoveIntoThePast { event, minutes } => {
                self.event_now(*event, now).with(|event| {
                    event.ends_at = plus(now, SignedDuration::from_mins(-minutes));
                    event.starts_at = plus(event.ends_at, SignedDuration::from_mins(-30));
                })
            }
            Change::Retitle { event, title } => self
                .event_now(*event, now)
                .with(|event| event.facts.title = Some(format!("Title {title}"))),
            Change::Renumber {
                event,
                number,
                keeps_link,
            } => self.event_now(*event, now).with(|changed| {
                let meeting = if *event == SECOND_CONNECTION {
                    0
                } else {
                    event / 2
                };
                let ical_uid = format!("meeting-{meeting}-{number}");
                changed.ical_uid = IcalUid::parse(ical_uid).expect("an ical_uid");
                if !keeps_link {
                    changed.meeting = Some(meeting_of(&changed.ical_uid));
                }
            }),
            _ => return None,
        })
    }

    /// The calendar after a change of it; none if the change is another one.
    fn changed_calendar(change: &Change, now: Timestamp) -> Option<Calendar> {
        Some(match change {
            Change::Disconnect { calendar: number } => {
                calendar(*number, CalendarStatus::Disconnected, now)
            }
            Change::Reconnect { calendar: number } => {
                calendar(*number, CalendarStatus::Connected, now)
            }
            Change::Rename {
                calendar: number,
                name,
            } => calendar(*number, CalendarStatus::Connected, now).with(|calendar| {
                let address = format!("owner-{number}-{name}@acme.example");
                calendar.email = Some(an_email(&address));
            }),
            _ => return None,
        })
    }

    /// Has the change happen in Recall, and its webhook arrive. `past` has the rows
    /// after each change so far.
    pub(super) async fn happen(&self, change: &Change, past: &[Vec<Decision>]) {
        self.clock.advance(SignedDuration::from_secs(1));
        let now = self.after(0);
        let (calendar_id, reason) = if let Some(event) = self.changed_event(change, now) {
            let calendar = event.calendar_id.clone();
            self.recall.put_event(event);
            (calendar, SyncReason::EventsChanged { since: now })
        } else if let Some(calendar) = Self::changed_calendar(change, now) {
            self.recall.put_calendar(calendar.clone());
            (calendar.id, SyncReason::CalendarChanged)
        } else {
            self.happen_unnoticed(change, past, now).await;
            return;
        };
        let request = SyncRequest {
            calendar_id,
            reason,
            sent_at: now,
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
    }

    /// Has a change happen that comes without a webhook: a resync must find its effects.
    async fn happen_unnoticed(&self, change: &Change, past: &[Vec<Decision>], now: Timestamp) {
        match change {
            Change::Wait { minutes } => self.clock.advance(SignedDuration::from_mins(*minutes)),
            Change::Restore { changes } => {
                let index = past.len().saturating_sub(*changes);
                let rows = past.get(index).map_or(&[][..], Vec::as_slice);
                self.restore(rows).await;
            }
            Change::Push { policy: number } => {
                self.push(policy(*number)).await;
            }
            Change::Say {
                event: number,
                word,
                is_of_series,
            } => {
                let event = self.event_now(*number, now);
                let subject = if *is_of_series {
                    OverrideScope::Series(event.ical_uid)
                } else {
                    OverrideScope::Event(event.platform_id.expect("it has one"))
                };
                let owner = self.state.owner_of(&event.calendar_id);
                let (state, by) = (&self.state, an_actor());
                let set = state.set_override(&owner, &subject, *word, &by, now);
                set.await.expect("memory");
            }
            Change::Pause {
                calendar: number,
                minutes,
            } => {
                let owner = calendar(*number, CalendarStatus::Connected, now).owner();
                let until = plus(now, SignedDuration::from_mins(*minutes));
                let paused = self.state.pause(&owner, until, &an_actor(), now).await;
                paused.expect("memory");
            }
            noticed => unreachable!("{noticed:?} has a webhook"),
        }
    }
}

/// The meeting of an `ical_uid`, with a link of its own.
fn meeting_of(ical_uid: &IcalUid) -> Meeting {
    let number = ical_uid.as_str().trim_start_matches("meeting-");
    Meeting {
        url: format!("https://meet.example/{number}"),
    }
}
