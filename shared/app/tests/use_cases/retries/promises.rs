//! What holds of retries, whatever becomes of the bots, in whatever order it is reported, and
//! whatever fails: they are bounded, a no is never followed by a call of ours that joins, and
//! two bots are never in one call.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_app::ports::Queue as _;
use callsheet_app::{Ports, Scheduler, SyncHandler};
use callsheet_domain::{
    BotId, BotStatus, Decision, DeduplicationKey, DeduplicationScheme, EventId, Operation,
    OutcomeClass, OverrideChoice, SyncJob, SyncReason, SyncRequest,
};
use callsheet_testkit::{EvenJitter, Faults, Intercepted, With as _};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::{BLOCKED, DENIED, DROPPED, FAULT, LOBBY, RECORDED, REMOVED, Status};
use crate::harness::{Harness, drain_settings, sync_settings};
use crate::sharing::{copy, harness as sharing_harness};

/// The people who have the meeting, or are invited to it later.
const COPIES: usize = 3;
/// The most retries by the built-in policy.
const AT_MOST: u32 = 2;

/// What happens in a meeting.
#[derive(Debug, Clone)]
enum Happening {
    /// The bot that is in the call lives so, and so many webhooks of it arrive.
    Lives {
        life: &'static [Status],
        arriving: usize,
    },
    /// A webhook of before arrives once more.
    Repeated(prop::sample::Index),
    /// Somebody says whether the meeting is recorded.
    Says {
        copy: usize,
        choice: OverrideChoice,
        is_of_event: bool,
    },
    /// Somebody sends a bot.
    Sends { copy: usize },
    /// Somebody is invited.
    Invited { copy: usize },
    /// What is queued is handled.
    Sync,
    /// The scheduler runs.
    Drain,
    /// Silent bots are read.
    ReadSilent,
    /// Time passes.
    Wait { minutes: i64 },
}

fn happening() -> impl Strategy<Value = Happening> {
    let life = prop_oneof![
        6 => Just(FAULT),
        2 => Just(DROPPED),
        1 => Just(REMOVED),
        1 => Just(DENIED),
        1 => Just(BLOCKED),
        1 => Just(LOBBY),
        2 => Just(RECORDED),
        2 => Just(&RECORDED[..1]),
    ];
    let choice = prop_oneof![
        2 => Just(OverrideChoice::Skip),
        1 => Just(OverrideChoice::Record),
    ];
    prop_oneof![
        8 => (life, 0..5_usize).prop_map(|(life, lost)| Happening::Lives {
            life,
            arriving: if lost == 0 { 0 } else { life.len() },
        }),
        1 => any::<prop::sample::Index>().prop_map(Happening::Repeated),
        2 => (0..COPIES, choice, any::<bool>()).prop_map(|(copy, choice, is_of_event)| {
            Happening::Says { copy, choice, is_of_event }
        }),
        2 => (0..COPIES).prop_map(|copy| Happening::Sends { copy }),
        1 => (0..COPIES).prop_map(|copy| Happening::Invited { copy }),
        8 => Just(Happening::Sync),
        8 => Just(Happening::Drain),
        2 => Just(Happening::ReadSilent),
        3 => (1_i64..12).prop_map(|minutes| Happening::Wait { minutes }),
    ]
}

/// A meeting, and what is known of it from the outside.
struct Meeting {
    harness: Harness,
    faults: Faults,
    reports: Vec<SyncJob>,
    /// The bots that were made, and whether they are in no call any more.
    bots: BTreeMap<BotId, bool>,
    /// How often a person wanted a bot.
    wishes: u32,
    /// Copies whose person said no, with the calls that were made for them before.
    denied: BTreeMap<EventId, usize>,
    /// Bots that were turned away before a person wanted one again.
    forgiven: BTreeSet<BotId>,
    /// The bots that were made before one was known to be turned away.
    made_before: Option<usize>,
}

impl Meeting {
    async fn new(faults: Faults) -> Self {
        let harness = sharing_harness(DeduplicationScheme::Meeting).await;
        for number in 0..2 {
            harness.see(copy(number)).await;
        }
        harness.drained().await.expect("memory");
        harness.wait_until("10:01");
        let bots = harness.recall.bots().into_values();
        Self {
            bots: bots.map(|bot| (bot.entry.bot_id, false)).collect(),
            harness,
            faults,
            reports: Vec::new(),
            wishes: 0,
            denied: BTreeMap::new(),
            forgiven: BTreeSet::new(),
            made_before: None,
        }
    }

    fn row(&self, number: usize) -> Option<Decision> {
        let id = copy(number).id;
        let rows = self.harness.decisions.all().into_iter();
        rows.into_iter().find(|row| row.key.event_id == id)
    }

    /// The bot that is in the call.
    fn present(&self) -> Option<BotId> {
        let mut bots = self.bots.iter();
        bots.find(|(_, is_gone)| !**is_gone)
            .map(|(bot, _)| bot.clone())
    }

    async fn happens(&mut self, happening: &Happening) {
        self.harness.clock.advance(SignedDuration::from_secs(1));
        match happening {
            Happening::Lives { life, arriving } => self.lives(life, *arriving).await,
            Happening::Repeated(index) if !self.reports.is_empty() => {
                let report = index.get(&self.reports).clone();
                self.harness.queue.send(&report).await.expect("memory");
            }
            Happening::Says {
                copy,
                choice,
                is_of_event,
            } => self.says(*copy, *choice, *is_of_event).await,
            Happening::Sends { copy } => {
                if let Some(row) = self.row(*copy)
                    && self.harness.send_bot(&row).await.is_ok()
                {
                    self.wants(&row.key.event_id);
                }
            }
            Happening::Invited { copy } if self.row(*copy).is_none() => {
                self.invited(*copy).await;
            }
            Happening::Sync => self.sync(false).await,
            Happening::ReadSilent => self.sync(true).await,
            Happening::Drain => self.drain().await,
            Happening::Wait { minutes } => {
                self.harness
                    .clock
                    .advance(SignedDuration::from_mins(*minutes));
            }
            Happening::Repeated(_) | Happening::Invited { .. } => {}
        }
    }

    async fn lives(&mut self, life: &'static [Status], arriving: usize) {
        let Some(bot) = self.present() else {
            return;
        };
        let config = self.harness.recall.bots().into_values();
        let mut config = config.filter(|present| present.entry.bot_id == bot);
        let config = config.next().map(|present| present.config);
        let statuses = self.harness.live(&bot, life);
        let has_ended = life
            .iter()
            .any(|(code, _)| ["done", "fatal"].contains(code));
        let config: serde_json::Value =
            serde_json::from_str(&config.unwrap_or_default()).unwrap_or_default();
        let metadata = |name: &str| config["metadata"][name].as_str().map(str::to_owned);
        let statuses: Vec<BotStatus> = statuses.into_iter().take(arriving).collect();
        for status in statuses {
            let report = SyncJob::BotStatus(callsheet_domain::BotStatusReport {
                bot_id: bot.clone(),
                event_id: metadata("event_id").map(callsheet_testkit::id),
                ical_uid: metadata("ical_uid").map(callsheet_testkit::id),
                status,
                sent_at: self.harness.after(0),
            });
            self.harness.queue.send(&report).await.expect("memory");
            self.reports.push(report);
        }
        if has_ended {
            self.bots.insert(bot, true);
        }
    }

    /// A person wants a bot, so one may come again, whatever became of those before.
    fn wants(&mut self, event: &EventId) {
        self.wishes += 1;
        self.denied.remove(event);
        let gone = self.bots.iter().filter(|(_, is_gone)| **is_gone);
        self.forgiven.extend(gone.map(|(bot, _)| bot.clone()));
        self.made_before = None;
    }

    /// Whether a copy that is to be recorded knows of a bot that was turned away, and no person
    /// has wanted one since. Copies that are not to be recorded any more are found by none.
    fn is_turned_away(&self) -> bool {
        let rows = self.harness.decisions.all();
        let wanting = rows.iter().filter(|row| row.wanted_key().is_some());
        let mut outcomes =
            wanting.flat_map(|row| row.bot_outcome().into_iter().chain(row.earlier_outcomes()));
        outcomes.any(|outcome| {
            let is_no = matches!(
                outcome.class(),
                Some(
                    OutcomeClass::Removed | OutcomeClass::PermissionDenied | OutcomeClass::Blocked
                )
            );
            is_no && outcome.is_final() && !self.forgiven.contains(&outcome.bot_id)
        })
    }

    async fn says(&mut self, number: usize, choice: OverrideChoice, is_of_event: bool) {
        let Some(row) = self.row(number) else {
            return;
        };
        self.harness.choose_for(&row, choice, is_of_event).await;
        let event = row.key.event_id.clone();
        if choice == OverrideChoice::Record {
            self.wants(&event);
        } else if is_of_event {
            let calls = self.joins_of(&event);
            self.denied.insert(event, calls);
        }
        let request = SyncRequest {
            calendar_id: row.calendar_id,
            reason: SyncReason::FullSync,
            sent_at: self.harness.after(0),
        };
        let sent = self.harness.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
    }

    /// A copy for a person who is invited, which nobody takes for a wish to have another bot.
    async fn invited(&mut self, number: usize) {
        let event = copy(number).with(|event| event.updated_at = self.harness.after(0));
        let request = SyncRequest {
            calendar_id: event.calendar_id.clone(),
            reason: SyncReason::EventsChanged {
                since: event.updated_at,
            },
            sent_at: self.harness.after(0),
        };
        self.harness.recall.put_event(event);
        let sent = self.harness.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
    }

    async fn sync(&self, reads_silent: bool) {
        let harness = &self.harness;
        let mut settings = sync_settings();
        if reads_silent {
            settings.read_silent_bots_after = Some(Duration::from_mins(5));
            let sent = harness.queue.send(&SyncJob::Resync).await;
            sent.expect("memory");
        }
        let sync = SyncHandler {
            ports: Ports {
                recall: Intercepted::new(harness.recall.clone(), &self.faults),
                decisions: Intercepted::new(harness.decisions.clone(), &self.faults),
                state: Intercepted::new(harness.state.clone(), &self.faults),
                queue: harness.queue.clone(),
                clock: harness.clock.clone(),
            },
            policy_cache: harness.policy_cache.clone(),
            settings,
        };
        sync.handle(&harness.queue.deliver(10), harness.deadline())
            .await;
    }

    async fn drain(&self) {
        let harness = &self.harness;
        let drain = Scheduler {
            recall: Intercepted::new(harness.recall.clone(), &self.faults),
            decisions: Intercepted::new(harness.decisions.clone(), &self.faults),
            state: Intercepted::new(harness.state.clone(), &self.faults),
            clock: harness.clock.clone(),
            jitter: EvenJitter(0.0),
            settings: drain_settings(),
        };
        // A run that fails leaves its work due.
        let _ = drain.run(harness.after(100)).await;
    }

    /// The calls that schedule a bot for an event.
    fn joins_of(&self, event: &EventId) -> usize {
        let calls = self.harness.recall.calls().into_iter();
        let is_join = |operation, subject: &str| {
            operation == Operation::ScheduleBot && subject == event.as_str()
        };
        calls
            .filter(|call| is_join(call.operation, &call.subject))
            .count()
    }

    /// Works on everything that is left, with no faults any more.
    async fn settles(&mut self) {
        self.faults = Faults::none();
        for _ in 0..4 {
            self.harness.clock.advance(SignedDuration::from_secs(30));
            self.sync(false).await;
            self.drain().await;
            self.check();
        }
    }

    /// Notes which bots have come and gone, and holds them against the promises.
    fn check(&mut self) {
        let calls = self.harness.recall.calls();
        let told_to_leave: BTreeSet<String> = calls
            .into_iter()
            .filter(|call| call.operation == Operation::LeaveCall)
            .map(|call| call.subject)
            .collect();
        for (bot, is_gone) in &mut self.bots {
            *is_gone |= told_to_leave.contains(bot.as_str());
        }
        for bot in self.harness.recall.bots().into_values() {
            self.bots.entry(bot.entry.bot_id).or_insert(false);
        }
        let rows = self.harness.decisions.all();
        // The call that tells a bot to leave may fail, and is made again.
        let leaving: BTreeSet<_> = rows
            .iter()
            .filter(|row| row.wanted_key().is_none() && row.is_due())
            .filter_map(Decision::known_bot)
            .collect();
        let is_staying = |(bot, is_gone): &(&BotId, &bool)| !**is_gone && !leaving.contains(bot);
        let present: Vec<_> = self.bots.iter().filter(is_staying).collect();
        assert!(present.len() <= 1, "two bots in one call: {present:?}");
        let retries = rows.iter().filter_map(Decision::wanted_key);
        let retries = retries.map(DeduplicationKey::retry).max().unwrap_or(0);
        assert!(retries <= AT_MOST + self.wishes, "{retries} retries");
        for (event, before) in &self.denied {
            assert_eq!(
                self.joins_of(event),
                *before,
                "a bot for {event} after a no"
            );
        }
        if self.is_turned_away() {
            let made = self.bots.len();
            let before = *self.made_before.get_or_insert(made);
            assert_eq!(made, before, "a bot after one was turned away");
        } else {
            self.made_before = None;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn retries_are_bounded_and_follow_no_no_and_no_two_bots_are_in_one_call(
        happenings in prop::collection::vec(happening(), 1..40),
        seed in any::<u64>(),
        probability in prop::sample::select(vec![0.0, 0.05]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut meeting = Meeting::new(Faults::by_chance(seed, probability)).await;
            for happening in &happenings {
                meeting.happens(happening).await;
                meeting.check();
            }
            meeting.settles().await;
        });
    }
}
