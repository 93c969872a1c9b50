//! One glance at Recall serves every calendar, and nothing is ever missed.

use callsheet_app::ports::{Calendars as _, Marks as _, PreferenceBook as _, Queue as _};
use callsheet_app::{Handled, PortError, Sync};
use callsheet_domain::{
    CalendarEvent, CalendarId, Errand, EventId, IcalUid, Meeting, Notice, NoticeKind, Operation,
    PreferenceRevision, Subject, Timestamp, Word, plus,
};
use callsheet_testkit::{
    But as _, Fault, Faults, Flaky, When, a_calendar, a_speaker, an_event, at,
};
use futures_util::future::join;
use jiff::SignedDuration;

use crate::house::{House, HouseSync};

fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

fn event_id(number: usize) -> EventId {
    EventId::parse(format!("event-{number}")).expect("an id")
}

/// The `number`th event, a meeting of its own in a calendar of its own.
fn event(number: usize, updated_at: Timestamp) -> CalendarEvent {
    an_event().but(|event| {
        event.id = event_id(number);
        event.calendar_id = id(number);
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{number}"),
        });
        event.starts_at = plus(
            at("12:00"),
            SignedDuration::from_secs(i64::try_from(number).expect("few")),
        );
        event.ends_at = at("18:00");
        event.updated_at = updated_at;
    })
}

/// A house with so many calendars, each looked at whole and at rest.
async fn house(calendars: usize) -> House {
    let house = House::new();
    for number in 0..calendars {
        let calendar = a_calendar().but(|calendar| calendar.id = id(number));
        house.recall.put_calendar(calendar);
        house.notice(&id(number), NoticeKind::LookAtAll).await;
    }
    house.clock.advance(SignedDuration::from_secs(60));
    house
}

impl House {
    fn subjects_since(&self, call: usize) -> Vec<String> {
        let calls = self.recall.calls().split_off(call);
        let lists = calls
            .into_iter()
            .filter(|call| call.operation == Operation::ListEvents);
        lists.map(|call| call.subject).collect()
    }

    /// Has an event of each of these calendars change now, and tells of it.
    async fn change(&self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            self.recall.put_event(event(number, self.after(0)));
            self.tell(&id(number)).await;
        }
    }

    async fn tell(&self, calendar: &CalendarId) {
        let now = self.after(0);
        let notice = Notice {
            calendar_id: calendar.clone(),
            kind: NoticeKind::EventsChanged { since: now },
            sent_at: now,
        };
        self.queue
            .send(&Errand::Look(notice))
            .await
            .expect("memory");
    }

    /// Handles what is queued, a batch of ten at a time, until nothing is left.
    async fn handle_all(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
        for _ in 0..100 {
            let batch = self.queue.deliver(10);
            if batch.is_empty() {
                return;
            }
            let handled = self.sync().handle(&batch, self.deadline()).await;
            assert_eq!(handled, Handled::default());
        }
        panic!("messages are left");
    }

    fn decided(&self) -> usize {
        self.decisions.all().len()
    }

    fn flaky_sync(
        &self,
        faults: &Faults,
    ) -> Sync<
        Flaky<crate::house::Recall>,
        Flaky<callsheet_testkit::MemoryDecisions>,
        Flaky<callsheet_testkit::MemoryState>,
        callsheet_testkit::MemoryQueue,
        callsheet_testkit::ManualClock,
    > {
        let HouseSync {
            recall,
            decisions,
            state,
            queue,
            clock,
            enforced,
            settings,
        } = self.sync();
        Sync {
            recall: Flaky::new(recall, faults),
            decisions: Flaky::new(decisions, faults),
            state: Flaky::new(state, faults),
            queue,
            clock,
            enforced,
            settings,
        }
    }
}

#[tokio::test]
async fn notices_of_many_calendars_cost_one_list() {
    let house = house(30).await;
    let before = house.recall.calls().len();
    house.change(0..30).await;
    house.handle_all().await;
    assert_eq!(house.subjects_since(before), ["workspace"]);
    assert_eq!(house.decided(), 30);
}

#[tokio::test]
async fn a_flood_about_one_calendar_leaves_half_of_the_lists_to_others() {
    let house = house(2).await;
    let before = house.recall.calls().len();
    let began = house.after(0);
    for _ in 0..120 {
        house.change([0]).await;
        house.clock.advance(SignedDuration::from_millis(500));
        let batch = house.queue.deliver(10);
        let handled = house.sync().handle(&batch, house.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    let minutes = house.after(0).duration_since(began).as_secs_f64() / 60.0;
    let lists = house.subjects_since(before).len();
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let a_minute = lists as f64 / minutes;
    assert!(a_minute <= 31.0, "{a_minute} lists a minute");
}

#[tokio::test]
async fn one_calendar_is_looked_at_alone_where_nothing_else_is_going_on() {
    let house = house(2).await;
    let before = house.recall.calls().len();
    house.change([1]).await;
    house.handle_all().await;
    assert_eq!(house.subjects_since(before), ["calendar-1"]);
}

#[tokio::test]
async fn a_change_whose_notice_never_came_is_found_by_the_next_sweep() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 0, "it is not time yet");
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.subjects_since(before), ["workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 1, "it was just done");
}

#[tokio::test]
async fn one_calendar_at_a_time_is_swept_too() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.queue.send(&Errand::Sweep).await.expect("memory");
    let mut sync = house.sync();
    sync.settings.is_workspace_listed = false;
    sync.handle(&house.queue.deliver(1), house.deadline()).await;
    assert_eq!(house.decided(), 1);
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "calendar-2"]);
}

#[tokio::test]
async fn everything_is_looked_at_once_a_day() {
    let house = house(2).await;
    house.recall.delete_calendar(&a_calendar().id);
    house.clock.advance(SignedDuration::from_hours(23));
    house.sweep(house.deadline()).await;
    let before = house.recall.calls().len();
    house.clock.advance(SignedDuration::from_hours(1));
    house.sweep(house.deadline()).await;
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 3);
}

#[tokio::test]
async fn a_calendar_that_nobody_knew_is_met_in_a_look_at_the_workspace() {
    let house = house(2).await;
    house
        .recall
        .put_calendar(a_calendar().but(|calendar| calendar.id = id(7)));
    house.recall.put_event(event(7, house.after(0)));
    house.change(0..2).await;
    house.handle_all().await;
    assert_eq!(house.decided(), 3);
    let record = house
        .state
        .record(&id(7))
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.looked, None, "it is owed a look at everything");
}

#[tokio::test]
async fn a_calendar_that_nobody_told_of_is_found_once_a_day() {
    let house = house(0).await;
    house.recall.put_event(an_event());
    house.clock.advance(SignedDuration::from_hours(24));
    house.recall.put_event(an_event().but(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(48));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(48));
    }));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.recall.count(Operation::ListCalendars), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_word_is_missed_once_a_day() {
    let house = House::new();
    let lasts =
        an_event().but(|event| event.ends_at = plus(at("10:00"), SignedDuration::from_hours(48)));
    house.see(lasts).await;
    house.drained().await.expect("drained");
    house.recall.delete_calendar(&a_calendar().id);
    house.sweep(house.deadline()).await;
    house.clock.advance(SignedDuration::from_hours(24));
    house.sweep(house.deadline()).await;
    let row = house.decision(&an_event().id);
    assert_eq!(row.verdict.grounds().rule.to_string(), "disconnected");
    assert!(!row.is_due(), "its bots are known to be gone");
}

/// Rows of a calendar that were decided by a word which is not there any more
/// cannot be written: that must cost nobody else.
#[tokio::test]
async fn a_calendar_that_cannot_be_written_holds_up_nobody_else() {
    let house = house(3).await;
    house.change(0..3).await;
    house.handle_all().await;
    let mut row = house.decision(&event_id(1));
    row.seen.preference = PreferenceRevision(9);
    house.decisions.put(row);
    house.clock.advance(SignedDuration::from_secs(60));

    house.recall.put_event(event(1, house.after(0)));
    house.change([0, 2]).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let sent = house.queue.sent().len();
    let handled = house
        .sync()
        .handle(&house.queue.deliver(10), house.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    let looked = house
        .state
        .workspace()
        .await
        .expect("memory")
        .latest
        .expect("a look");
    assert_eq!(looked.listed, 3);
    let asked: Vec<_> = house.queue.sent().split_off(sent);
    let [Errand::Look(notice)] = asked.as_slice() else {
        panic!("one notice is sent: {asked:?}");
    };
    assert_eq!(notice.calendar_id, id(1));
    let handled = house
        .sync()
        .handle(&house.queue.deliver(10), house.deadline())
        .await;
    assert_eq!(
        handled.failed.len(),
        1,
        "alone it fails, until it is a dead letter"
    );
}

#[tokio::test]
async fn a_workspace_that_cannot_be_listed_whole_is_listed_one_by_one() {
    let house = house(2).await;
    house.change(0..2).await;
    let refused = PortError::Unreadable {
        service: "Recall",
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    house
        .recall
        .fault(Operation::ListEvents, Fault::Fails(refused));
    let before = house.recall.calls().len();
    house.handle_all().await;
    assert_eq!(
        house.subjects_since(before),
        ["workspace", "calendar-0", "calendar-1"]
    );
    assert_eq!(house.decided(), 2);
}

#[tokio::test]
async fn who_finds_a_look_at_work_that_answers_waits_for_it() {
    let house = house(4).await;
    house.recall.page_size(1);
    house.change(0..4).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let (one, other) = (house.queue.deliver(2), house.queue.deliver(2));
    let before = house.recall.calls().len();
    let (sync, deadline) = (house.sync(), house.deadline());
    let (one, other) = join(sync.handle(&one, deadline), sync.handle(&other, deadline)).await;
    assert_eq!((one, other), (Handled::default(), Handled::default()));
    assert_eq!(
        house.subjects_since(before),
        ["workspace"; 4],
        "four pages, once"
    );
    assert_eq!(house.decided(), 4);
}

/// While pages are read an event moves to a page that was read already, and one
/// that is still to be read changes: neither is lost nor written old.
#[tokio::test]
async fn an_event_that_moves_while_pages_are_read_is_not_lost() {
    let house = house(3).await;
    house.recall.page_size(1);
    house.change(0..3).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let batch = house.queue.deliver(10);
    let (sync, deadline) = (house.sync(), house.deadline());
    let meanwhile = async {
        // Now the first page is read, and the second waits for its turn.
        let moved = event(2, house.after(0)).but(|event| event.starts_at = at("10:00"));
        house.recall.put_event(moved);
        house.tell(&id(2)).await;
    };
    let drained = house.state_drawn(5).await;
    let (handled, ()) = join(sync.handle(&batch, deadline), meanwhile).await;
    assert!(drained);
    assert_eq!(handled, Handled::default());
    house.handle_all().await;
    assert_eq!(house.decision(&event_id(2)).starts_at, at("10:00"));
    assert_eq!(house.decided(), 3);
}

impl House {
    /// Uses up the calls that may go at once, so that each next one waits.
    async fn state_drawn(&self, calls: u32) -> bool {
        use callsheet_app::ports::Budgets as _;
        let pace = crate::house::sync_settings().list_events;
        let drawn = self
            .state
            .draw(
                Operation::ListEvents,
                pace,
                calls,
                self.after(0),
                self.after(60),
            )
            .await;
        drawn.is_ok()
    }
}

const MANY: usize = 7;

/// Seven pages of one calendar, or of the workspace, and a crash at every single
/// step in turn, before and after its effect: the next run goes on where it
/// stopped, and nothing is lost.
#[tokio::test]
async fn a_crash_at_any_page_is_gone_on_with() {
    for is_workspace in [false, true] {
        let counted = Faults::none();
        let whole = crash(is_workspace, &counted).await;
        assert_eq!(whole, MANY);
        for step in 0..counted.calls() {
            for when in [When::Before, When::After] {
                let lists = crash(is_workspace, &Faults::crash(step, when)).await;
                // A page whose writing was not noted is read twice, and the page
                // that the crash hit was perhaps not answered. Before the first
                // note there is nothing to go on with.
                assert!(
                    lists <= MANY + 2,
                    "{lists} lists after a crash {when:?} step {step}, workspace: {is_workspace}"
                );
            }
        }
    }
}

/// How many lists a look at many pages takes, with faults in its first run.
async fn crash(is_workspace: bool, faults: &Faults) -> usize {
    let house = house(2).await;
    house.recall.page_size(1);
    for number in 0..MANY {
        let calendar = if is_workspace { id(number % 2) } else { id(0) };
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = calendar));
    }
    house.tell(&id(0)).await;
    if is_workspace {
        house.tell(&id(1)).await;
    }
    house.clock.advance(SignedDuration::from_secs(1));
    let before = house.subjects_since(0).len();
    let batch = house.queue.deliver(10);
    house
        .flaky_sync(faults)
        .handle(&batch, house.deadline())
        .await;
    faults.mend();
    house.clock.advance(SignedDuration::from_secs(61));
    // What a crashed function has not acknowledged comes again.
    for delivery in batch {
        house.queue.send(&delivery.errand).await.expect("memory");
    }
    house.handle_all().await;
    assert_eq!(house.decided(), MANY);
    house.subjects_since(0).len() - before
}

#[tokio::test]
async fn a_look_that_a_word_overtook_is_begun_again() {
    let house = house(1).await;
    house.recall.page_size(1);
    for number in 0..MANY {
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = id(0)));
    }
    house.tell(&id(0)).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let cut = Faults::crash(30, When::Before);
    let batch = house.queue.deliver(1);
    house
        .flaky_sync(&cut)
        .handle(&batch, house.deadline())
        .await;
    let record = house
        .state
        .record(&id(0))
        .await
        .expect("memory")
        .expect("a record");
    assert!(record.looking.is_some(), "a look was left behind");
    let series = Subject::Series(IcalUid::parse("meeting-0").expect("an ical_uid"));
    let (id, by, now) = (id(0), a_speaker(), house.after(0));
    let spoken = house.state.speak(&id, &series, Word::Skip, &by, now);
    spoken.await.expect("memory");
    house.clock.advance(SignedDuration::from_secs(60));
    house.tell(&id).await;
    house.handle_all().await;
    assert_eq!(house.decided(), MANY);
    let rule = house
        .decision(&event_id(0))
        .verdict
        .grounds()
        .rule
        .to_string();
    assert_eq!(rule, "series");
    let record = house
        .state
        .record(&id)
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.looking, None);
}

#[tokio::test]
async fn a_look_longer_than_a_run_is_gone_on_with_by_the_next() {
    let house = house(1).await;
    house.recall.page_size(1);
    for number in 0..90 {
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = id(0)));
    }
    let before = house.subjects_since(0).len();
    house.notice(&id(0), NoticeKind::LookAtAll).await;
    assert!(house.decided() < 90, "a minute is not enough");
    assert_eq!(
        house.queue.delayed().len(),
        1,
        "the message waits for its turn"
    );
    house.handle_all().await;
    assert_eq!(house.decided(), 90);
    assert_eq!(
        house.subjects_since(0).len() - before,
        90,
        "no page was read twice"
    );
}

#[tokio::test]
async fn an_event_that_goes_to_another_calendar_is_decided_there() {
    let house = house(2).await;
    house.change([0]).await;
    house.handle_all().await;
    house.drained().await.expect("drained");
    house.clock.advance(SignedDuration::from_secs(60));
    let moved = event(0, house.after(0)).but(|event| event.calendar_id = id(1));
    house.recall.put_event(moved);
    house.tell(&id(1)).await;
    house.handle_all().await;
    house.drained().await.expect("drained");
    assert_eq!(house.decision(&event_id(0)).calendar_id, id(1));
    assert_eq!(house.decided(), 1);
    house.assert_as_wanted();
}
