//! Caps on spending: a bot is counted once, whoever is counted first keeps it, and what a person
//! asks for goes beyond.

use callsheet_app::ports::{OverrideStore as _, Spending as _};
use callsheet_domain::{
    Account, CalendarEvent, CalendarId, EventId, IcalUid, OverrideChoice, OverrideScope,
    PlatformEventId, PolicyDocument, SpendingDocument, Spent, Timestamp, plus,
};
use callsheet_testkit::{With as _, a_calendar, an_actor, an_email, an_event, at, id};
use jiff::SignedDuration;
use jiff::civil::date;
use test_case::test_case;

use crate::harness::Harness;

/// A policy that allows so many bots a day.
fn a_day(bots: u32) -> impl FnOnce(&mut PolicyDocument) {
    move |document| {
        document.spending = Some(SpendingDocument {
            bots_per_day: Some(bots),
            ..SpendingDocument::default()
        });
    }
}

/// A meeting of one hour, which starts so many hours after ten.
fn meeting(number: i64) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.platform_id = PlatformEventId::parse(format!("platform-{number}")).ok();
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("one");
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(number));
        event.ends_at = plus(event.starts_at, SignedDuration::from_hours(1));
    })
}

/// The same meeting in a second calendar.
fn copy(number: i64) -> CalendarEvent {
    meeting(number).with(|event| {
        event.id = EventId::parse(format!("copy-{number}")).expect("an id");
        event.calendar_id = colleague();
    })
}

fn colleague() -> CalendarId {
    id("calendar-colleague")
}

impl Harness {
    /// A harness whose policy allows so many bots a day, with a second calendar.
    async fn capped(bots: u32) -> Self {
        let harness = Self::new();
        harness.push(a_day(bots)).await;
        let second = a_calendar().with(|calendar| {
            calendar.id = colleague();
            calendar.email = Some(an_email("support@acme.example"));
        });
        harness.see_calendar(second).await;
        harness
    }

    /// Has the events seen, one after the other, and the due calls made.
    async fn see_all(&self, events: impl IntoIterator<Item = CalendarEvent>) {
        for event in events {
            self.see(self.edited_now(event)).await;
        }
        self.drained().await.expect("a finished run");
    }

    /// The event, changed now.
    fn edited_now(&self, event: CalendarEvent) -> CalendarEvent {
        self.clock.advance(SignedDuration::from_secs(1));
        event.with(|event| event.updated_at = self.after(0))
    }

    /// Some minutes pass, with a run of the scheduler each.
    async fn minutes(&self, minutes: i64) {
        for _ in 0..minutes {
            self.clock.advance(SignedDuration::from_mins(1));
            self.drained().await.expect("a finished run");
        }
    }

    fn deciding(&self, event: &CalendarEvent) -> String {
        self.decision(&event.id).verdict.reason().rule.to_string()
    }

    fn is_wanted(&self, event: &CalendarEvent) -> bool {
        self.decision(&event.id).wanted_key().is_some()
    }

    async fn spent(&self) -> Spent {
        let accounts = Account::of(date(2090, 3, 6), None);
        let spent = self.state.spent(&accounts).await.expect("memory");
        assert_eq!(spent[&accounts[0]].value, spent[&accounts[1]].value);
        spent[&accounts[0]].value
    }

    async fn person_records(&self, event: &CalendarEvent) {
        let scope = OverrideScope::Event(event.platform_id.clone().expect("it has one"));
        let (owner, by) = (a_calendar().owner(), an_actor());
        let now: Timestamp = self.after(0);
        let set = self
            .state
            .set_override(&owner, &scope, OverrideChoice::Record, &by, now);
        set.await.expect("memory");
    }
}

#[tokio::test]
async fn a_meeting_beyond_the_cap_is_skipped_and_says_why() {
    let harness = Harness::capped(2).await;
    harness.see_all((1..=3).map(meeting)).await;
    assert_eq!(harness.recall.bots().len(), 2);
    let row = harness.decision(&meeting(3).id);
    let reason = row.verdict.reason();
    assert_eq!(
        (row.verdict.as_str(), reason.rule.as_str()),
        ("skip", "spending-cap")
    );
    let expected = "the policy allows 2 bots a day, and they are taken in 2090-03-06 (UTC); \
                    without that it would be recorded (";
    assert!(reason.reason.starts_with(expected), "{}", reason.reason);
    harness.assert_as_wanted();
    // Of the next day, another meeting is within the cap.
    let tomorrow = meeting(4).with(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(24));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(24));
    });
    harness.see_all([tomorrow]).await;
    assert_eq!(harness.recall.bots().len(), 3);
}

#[tokio::test]
async fn a_meeting_that_is_seen_again_is_neither_counted_nor_written_again() {
    let harness = Harness::capped(1).await;
    harness.see_all((1..=2).map(meeting)).await;
    harness.minutes(1).await;
    let (rows, spent) = (harness.decisions.all(), harness.spent().await);
    harness.events_changed(&a_calendar().id, at("09:00")).await;
    assert_eq!(
        (harness.decisions.all(), harness.spent().await),
        (rows, spent)
    );
    assert_eq!(
        spent,
        Spent {
            bots: 1,
            minutes: 60
        }
    );
}

#[tokio::test]
async fn the_copies_of_a_meeting_are_counted_once_and_agree() {
    let harness = Harness::capped(1).await;
    harness
        .see_all([meeting(1), copy(1), meeting(2), copy(2)])
        .await;
    assert_eq!(harness.spent().await.bots, 1);
    assert!(harness.is_wanted(&meeting(1)) && harness.is_wanted(&copy(1)));
    assert_eq!(harness.deciding(&meeting(2)), "spending-cap");
    assert_eq!(harness.deciding(&copy(2)), "spending-cap");
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_persons_record_goes_beyond_the_cap_and_is_counted() {
    let harness = Harness::capped(1).await;
    harness.see_all((1..=2).map(meeting)).await;
    harness.person_records(&meeting(2)).await;
    harness.see_all([meeting(2)]).await;
    assert_eq!(harness.deciding(&meeting(2)), "event-override");
    assert_eq!(
        (harness.recall.bots().len(), harness.spent().await.bots),
        (2, 2)
    );
    // A copy of it has its bot too.
    harness.see_all([copy(2)]).await;
    assert!(harness.is_wanted(&copy(2)));
    assert_eq!(harness.spent().await.bots, 2);
}

#[tokio::test]
async fn bots_that_stand_when_a_cap_is_pushed_stay_and_are_counted() {
    let harness = Harness::new();
    harness.see_all((1..=3).map(meeting)).await;
    assert_eq!(harness.spent().await, Spent::default());
    harness.push(a_day(1)).await;
    harness.clock.advance(SignedDuration::from_mins(6));
    harness.resync(harness.deadline()).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.decision(&meeting(1).id).inputs.policy.0, 1);
    assert_eq!(
        (harness.recall.bots().len(), harness.spent().await.bots),
        (3, 3)
    );
    harness.see_all([meeting(4)]).await;
    assert_eq!(harness.deciding(&meeting(4)), "spending-cap");
}

#[tokio::test]
async fn a_bot_that_no_copy_wants_any_more_leaves_room_for_another() {
    let harness = Harness::capped(1).await;
    harness.see_all([meeting(1), copy(1), meeting(2)]).await;
    let cancel = |event: CalendarEvent| event.with(|event| event.facts.is_cancelled = true);
    harness.see_all([cancel(meeting(1))]).await;
    harness.minutes(5).await;
    assert_eq!(harness.spent().await.bots, 1, "the copy wants it");
    harness.see_all([cancel(copy(1))]).await;
    harness.minutes(5).await;
    assert_eq!(harness.spent().await, Spent::default());
    harness.see_all([meeting(2)]).await;
    assert!(harness.is_wanted(&meeting(2)));
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_copy_that_has_just_asked_for_a_bot_keeps_it_counted() {
    let harness = Harness::capped(1).await;
    let cancelled = meeting(1).with(|event| event.facts.is_cancelled = true);
    harness.see_all([meeting(1), cancelled]).await;
    harness.minutes(1).await;
    assert_eq!(harness.spent().await.bots, 1);
    harness.minutes(3).await;
    assert_eq!(harness.spent().await.bots, 0);
    let row = harness.decision(&meeting(1).id);
    assert_eq!(row.owner_check, None);
}

#[test_case(30, true; "within its day")]
#[test_case(24 * 60, false; "to a day that is full")]
#[tokio::test]
async fn a_meeting_that_moves_keeps_its_place(minutes: i64, is_kept: bool) {
    let harness = Harness::capped(1).await;
    let moved = |event: CalendarEvent, minutes| {
        event.with(|event| {
            event.starts_at = plus(event.starts_at, SignedDuration::from_mins(minutes));
            event.ends_at = plus(event.ends_at, SignedDuration::from_mins(minutes));
        })
    };
    harness
        .see_all([meeting(1), moved(meeting(2), 24 * 60)])
        .await;
    harness.see_all([moved(meeting(1), minutes)]).await;
    assert_eq!(harness.is_wanted(&meeting(1)), is_kept);
    harness.minutes(5).await;
    let accounts = Account::of(date(2090, 3, 6), None);
    let spent = harness.state.spent(&accounts).await.expect("memory");
    assert_eq!(spent[&accounts[0]].value.bots, u64::from(is_kept));
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_longer_meeting_is_counted_with_its_hours() {
    let harness = Harness::new();
    let hours = |document: &mut PolicyDocument| {
        document.spending = Some(SpendingDocument {
            hours_per_month: Some(2),
            ..SpendingDocument::default()
        });
    };
    harness.push(hours).await;
    let longer = meeting(1).with(|event| {
        event.ends_at = plus(event.ends_at, SignedDuration::from_mins(30));
    });
    harness.see_all([meeting(1), longer, meeting(2)]).await;
    assert_eq!(
        harness.spent().await,
        Spent {
            bots: 1,
            minutes: 90
        }
    );
    assert_eq!(harness.deciding(&meeting(2)), "spending-cap");
    let short = meeting(3)
        .with(|event| event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30)));
    harness.see_all([short]).await;
    assert!(harness.is_wanted(&meeting(3)));
}

#[tokio::test]
async fn a_named_policy_has_a_cap_of_its_own() {
    let harness = Harness::capped(5).await;
    let named = |document: &mut PolicyDocument| {
        let policy = serde_json::json!({
            "name": "support", "calendars": [colleague().as_str()], "spending": {"bots_per_day": 1},
        });
        document.policies = vec![serde_json::from_value(policy).expect("a named policy")];
    };
    harness.push(named).await;
    harness
        .see_all([copy(1), copy(2), meeting(3), meeting(4)])
        .await;
    assert!(harness.is_wanted(&copy(1)) && harness.is_wanted(&meeting(4)));
    let row = harness.decision(&copy(2).id);
    let reason = &row.verdict.reason().reason;
    assert!(
        reason.starts_with("the policy \"support\" allows 1 bot a day"),
        "{reason}"
    );
    // A colleague's copy under the main policy has the bot, and so this one has it too.
    harness.see_all([meeting(2), copy(2)]).await;
    assert!(harness.is_wanted(&meeting(2)) && harness.is_wanted(&copy(2)));
    assert_eq!(harness.recall.bots().len(), 4);
}
