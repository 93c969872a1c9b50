//! The script of a week: what happens in a company whose calendars are connected on a
//! Saturday.
//!
//! | when | what |
//! |---|---|
//! | Saturday, from 00:00 on | the calendars are connected, within an hour if Recall creates them as fast |
//! | workdays, 08:00 to 18:00 | each calendar changes a few times |
//! | Tuesday, 10:02 | a policy is pushed |
//! | Wednesday, 10:00 to 11:00 | many more calendars are connected |
//! | Wednesday, 15:50 | the meeting of everybody is moved, ten minutes before its start |
//! | Thursday, 10:00 to Friday, 10:00 | Recall is out |

use callsheet_app::ports::Queue as _;
use callsheet_app::{PushOutcome, PushedBy, push};
use callsheet_domain::{Actor, PolicyDocument, SyncJob, SyncReason, SyncRequest, Timestamp, plus};
use jiff::SignedDuration;
use tokio::task::spawn_local;

use crate::company::{CalendarNumber, Kind, MeetingNumber, days_after, is_weekend, midnight};
use crate::lambda::Deployed;
use crate::lateness::{Cause, Phase};
use crate::world::{DecidedWithin, World};

/// How often a meeting of each calendar changes on a workday.
const CHANGES_A_DAY: u32 = 4;
/// The most people of the meeting of everybody.
const ALL_HANDS: u32 = 5_000;
/// The most calendars that are connected on Wednesday.
const MOST_LATER: u32 = 3_000;
/// Recall creates no more calendars a minute, by its published limit.
const CREATED_A_MINUTE: i32 = 300;
/// How long Recall takes from a change to its webhook.
const WEBHOOK: std::ops::Range<i64> = 500..3_000;
/// It is noted when everything that starts within so many hours of the push is decided.
pub(crate) const WITHIN_HOURS: [i32; 6] = [1, 2, 4, 24, 7 * 24, 27 * 24];
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The policies that are pushed.
const POLICIES: [&str; 2] = [
    r#"{"version": 1, "rules": [
        {"name": "all-hands", "when": {"title_has": ["All hands"]}, "then": "record"},
        {"name": "external", "when": {"external": true}, "then": "record"}],
       "default": "skip", "bot": {"bot_name": "Notes"}}"#,
    r#"{"version": 1, "rules": [
        {"name": "all-hands", "when": {"title_has": ["All hands"]}, "then": "record"},
        {"name": "reviews", "when": {"title_has": ["Review"]}, "then": "record"},
        {"name": "external", "when": {"external": true}, "then": "record"}],
       "default": "skip", "bot": {"bot_name": "Notes"}}"#,
];

/// A time of the week, as days after its Saturday and hours.
fn at(began: Timestamp, days: i32, minutes: i64) -> Timestamp {
    plus(
        days_after(began, days),
        MINUTE * i32::try_from(minutes).unwrap_or(i32::MAX),
    )
}

/// A week of a company.
#[derive(Debug, Clone)]
pub(crate) struct Week {
    pub(crate) deployed: Deployed,
    /// The midnight with which its Saturday begins.
    pub(crate) began: Timestamp,
    /// The day with which the simulation begins, as days after Saturday.
    pub(crate) first_day: i32,
    /// How many days ahead meetings are planned.
    pub(crate) days_ahead: i32,
    /// The calendars.
    pub(crate) calendars: u32,
    /// Of a hundred calendars so many are connected on Wednesday, 3,000 at most.
    pub(crate) later: u32,
}

impl Week {
    pub(crate) fn world(&self) -> &World {
        &self.deployed.world
    }

    async fn until(&self, instant: Timestamp) {
        use callsheet_app::ports::Clock as _;
        self.world().clock.sleep_until(instant).await;
    }

    /// How far ahead events are expected to be decided.
    fn listed_until(&self) -> Timestamp {
        plus(self.world().now(), SignedDuration::from_hours(28 * 24))
    }

    /// The calendars that are connected on Wednesday.
    fn later(&self) -> std::ops::Range<CalendarNumber> {
        let later = self.calendars * self.later / 100;
        self.calendars - later.min(MOST_LATER)..self.calendars
    }

    /// Plays the week, or its first days.
    pub(crate) async fn play(&self, days: i32) {
        for day in self.first_day..self.days_ahead + days.min(7) {
            self.plan_day(day);
        }
        let all_hands = self.plan_all_hands();
        self.push(0).await;
        spawn_local(self.clone().note_starts());
        spawn_local(self.clone().change_meetings());
        if self.first_day < 3 {
            spawn_local(self.clone().push_on_tuesday());
        }
        if self.first_day < 4 {
            spawn_local(self.clone().connect_later());
            spawn_local(self.clone().move_all_hands(all_hands));
        }
        if self.first_day < 5 {
            spawn_local(self.clone().be_out());
        }
        self.connect(0..self.later().start, HOUR).await;
        let connected = at(self.began, self.first_day, 10 * 60);
        self.until(connected.max(at(self.began, 2, 0))).await;
        self.enter(Phase::Usual);
        self.until(at(self.began, days, 0)).await;
    }

    fn enter(&self, phase: Phase) {
        self.world()
            .with(|simulated| simulated.lateness.enter(phase));
    }

    /// Ends a phase, unless another one has begun.
    fn leave(&self, phase: Phase) {
        self.world().with(|simulated| {
            if simulated.lateness.phase() == phase {
                simulated.lateness.enter(Phase::Usual);
            }
        });
    }

    fn plan_day(&self, day: i32) {
        let (midnight, now) = (days_after(self.began, day), self.world().now());
        self.world().with(|simulated| {
            let company = &mut simulated.workspace.company;
            let first = company.events.len();
            company.plan_day(midnight, now);
            for event in first..company.events.len() {
                simulated.workspace.add(crate::company::number(event));
            }
        });
    }

    fn plan_all_hands(&self) -> MeetingNumber {
        let (starts_at, now) = (at(self.began, 4, 16 * 60), self.world().now());
        let everybody = 0..ALL_HANDS.min(self.calendars / 2);
        self.world().with(|simulated| {
            let company = &mut simulated.workspace.company;
            let meeting = company.meet(Kind::AllHands, starts_at, everybody, now);
            simulated.add(meeting, now);
            meeting
        })
    }

    /// Sends the webhooks of calendars that changed.
    fn tell(&self, calendars: Vec<CalendarNumber>, reason: SyncReason) {
        let is_out = self.world().with(|simulated| simulated.is_out);
        for calendar in calendars {
            let wait = self.world().with(|simulated| simulated.random.i64(WEBHOOK));
            let week = self.clone();
            // What changes while Recall is out is told to nobody.
            if !is_out {
                spawn_local(async move {
                    week.world().pass(SignedDuration::from_millis(wait)).await;
                    let job = SyncJob::Request(SyncRequest {
                        calendar_id: crate::company::calendar_id(calendar),
                        reason,
                        sent_at: week.world().now(),
                    });
                    let sent = week.deployed.queue.send(&job).await;
                    debug_assert!(sent.is_ok(), "{sent:?}");
                });
            }
        }
    }

    /// Connects calendars, spread over some time, or over as long as Recall takes to create them.
    async fn connect(&self, calendars: std::ops::Range<CalendarNumber>, within: SignedDuration) {
        let count = i32::try_from(calendars.len().max(1)).unwrap_or(i32::MAX);
        let within = within.max(MINUTE * count / CREATED_A_MINUTE);
        for calendar in calendars {
            let (now, listed_until) = (self.world().now(), self.listed_until());
            self.world()
                .with(|simulated| simulated.connect(calendar, listed_until, now));
            self.tell(vec![calendar], SyncReason::CalendarChanged);
            self.tell(vec![calendar], SyncReason::EventsChanged { since: now });
            self.world().pass(within / count).await;
        }
    }

    async fn connect_later(self) {
        self.until(at(self.began, 4, 10 * 60)).await;
        self.enter(Phase::MassConnection);
        self.connect(self.later(), HOUR).await;
        self.until(at(self.began, 4, 15 * 60)).await;
        self.leave(Phase::MassConnection);
    }

    /// Changes meetings in the hours of work, at random times.
    async fn change_meetings(self) {
        let a_day = f64::from(self.calendars * CHANGES_A_DAY).max(1.0);
        let mean = 10.0 * 3600.0 / a_day;
        loop {
            let now = self.world().now();
            let opens = plus(midnight(now), HOUR * 8);
            let closes = plus(midnight(now), HOUR * 18);
            if is_weekend(now) || now >= closes {
                self.until(plus(days_after(now, 1), HOUR * 8)).await;
                continue;
            }
            self.until(opens).await;
            let random = self.world().with(|simulated| simulated.random.f64());
            let seconds = -mean * (1.0 - random).max(1e-9).ln();
            self.world()
                .pass(SignedDuration::from_secs_f64(seconds))
                .await;
            self.change_one();
        }
    }

    /// Changes one meeting, or plans a new one.
    fn change_one(&self) {
        let now = self.world().now();
        let changed = self.world().with(|simulated| {
            let ahead = ahead(&mut simulated.random, self.days_ahead);
            let starts_at = plus(now, ahead);
            if simulated.random.u32(0..100) < 25 {
                let company = &mut simulated.workspace.company;
                let meeting = company.invite(starts_at, now);
                return simulated.add(meeting, now);
            }
            let (workspace, random) = (&simulated.workspace, &mut simulated.random);
            let Some(event) = workspace.one_starting(starts_at, random) else {
                return Vec::new();
            };
            let of = simulated.workspace.company.events[event as usize].meeting;
            if simulated.workspace.company.meetings[of as usize].kind == Kind::AllHands {
                return Vec::new();
            }
            let moved_by = MINUTE * simulated.random.i32(-24..96) * 5;
            let kind = simulated.random.u32(0..75);
            simulated.change(of, Cause::Change, now, |meeting| match kind {
                0..30 if plus(meeting.starts_at, moved_by) > plus(now, MINUTE * 15) => {
                    meeting.starts_at = plus(meeting.starts_at, moved_by);
                    meeting.ends_at = plus(meeting.ends_at, moved_by);
                }
                30..40 => meeting.is_deleted = true,
                _ => meeting.title += 1,
            })
        });
        self.tell(changed, SyncReason::EventsChanged { since: now });
    }

    async fn push(&self, number: usize) -> Option<PushOutcome> {
        let document = PolicyDocument::parse(POLICIES[number]).expect("a policy");
        let by = PushedBy {
            by: Actor::parse("simulation").expect("a name"),
            note: None,
            at: self.world().now(),
        };
        let (state, decisions) = (&self.deployed.state, &self.deployed.decisions);
        push(state, decisions, &document, by).await.ok()
    }

    /// Pushes the second policy, and waits until everything is decided by it.
    async fn push_on_tuesday(self) {
        // Not when meetings start: they would have to have their bots at once.
        self.until(at(self.began, 3, 10 * 60 + 2)).await;
        self.enter(Phase::Push);
        let pushed_at = self.world().now();
        if self.push(1).await.is_none() {
            return;
        }
        let listed_until = self.listed_until();
        self.world()
            .with(|simulated| simulated.push(listed_until, pushed_at));
        self.note_decisions(pushed_at).await;
        self.leave(Phase::Push);
    }

    /// Notes when the events that start soon, and those that start later, are decided.
    async fn note_decisions(&self, pushed_at: Timestamp) {
        let until = |hours: i32| plus(pushed_at, HOUR * hours);
        let events = self.world().with(|simulated| {
            let last = WITHIN_HOURS.into_iter().max().unwrap_or_default();
            simulated.workspace.places(pushed_at, until(last))
        });
        // The first of them are decided, or start later now, and are then waited for with those.
        let (mut decided, mut moved) = (0, Vec::new());
        for hours in WITHIN_HOURS {
            let starting = events.partition_point(|(start, _)| *start < until(hours));
            let mut within = DecidedWithin {
                hours,
                events: starting,
                after: None,
            };
            self.world().with(|one| one.after_push.push(within));
            loop {
                let is_done = self.world().with(|simulated| {
                    let is_left = |event| simulated.lateness.is_undecided_since(event, pushed_at);
                    let starts_later = |event| {
                        simulated.workspace.company.meeting_of(event).starts_at >= until(hours)
                    };
                    while let Some((_, event)) = events[..starting].get(decided) {
                        if is_left(*event) && starts_later(*event) {
                            moved.push(*event);
                        } else if is_left(*event) {
                            return false;
                        }
                        decided += 1;
                    }
                    moved.retain(|event| is_left(*event));
                    moved.iter().all(|event| starts_later(*event))
                });
                if is_done {
                    break;
                }
                self.world().pass(SignedDuration::from_secs(1)).await;
            }
            within.after = Some(self.world().now().duration_since(pushed_at));
            self.world().with(|one| {
                one.after_push.pop();
                one.after_push.push(within);
            });
        }
    }

    async fn move_all_hands(self, meeting: MeetingNumber) {
        self.until(at(self.began, 4, 15 * 60 + 50)).await;
        self.enter(Phase::AllHands);
        let now = self.world().now();
        let moved = self.world().with(|simulated| {
            simulated.change(meeting, Cause::AllHands, now, |meeting| {
                meeting.starts_at = plus(meeting.starts_at, MINUTE * 5);
                meeting.ends_at = plus(meeting.ends_at, MINUTE * 5);
            })
        });
        self.tell(moved, SyncReason::EventsChanged { since: now });
        self.until(at(self.began, 4, 17 * 60)).await;
        self.leave(Phase::AllHands);
    }

    async fn be_out(self) {
        self.until(at(self.began, 5, 10 * 60)).await;
        self.enter(Phase::Outage);
        self.world().with(|simulated| simulated.is_out = true);
        self.until(at(self.began, 6, 10 * 60)).await;
        let now = self.world().now();
        self.world().with(|simulated| {
            simulated.is_out = false;
            simulated.lateness.recall_is_back(now);
        });
    }

    /// Notes each minute whether the meetings that started had their bots.
    async fn note_starts(self) {
        let mut from = self.world().now();
        loop {
            self.world().pass(MINUTE).await;
            let now = self.world().now();
            self.world()
                .with(|simulated| simulated.note_starts(from, now));
            from = now;
        }
    }
}

/// How far ahead a meeting is that a person changes: often today, or tomorrow.
fn ahead(random: &mut fastrand::Rng, days_ahead: i32) -> SignedDuration {
    let minutes = match random.u32(0..100) {
        0..15 => random.i64(15..120),
        15..55 => random.i64(120..24 * 60),
        _ => random.i64(24 * 60..24 * 60 * i64::from(days_ahead.clamp(2, 26))),
    };
    SignedDuration::from_mins(minutes)
}
