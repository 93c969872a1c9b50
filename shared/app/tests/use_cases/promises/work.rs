//! Syncs and drains under faults, until nothing is left to do.

use std::collections::HashSet;

use callsheet_app::ports::{CalendarEvents as _, OverrideStore as _, Queue as _};
use callsheet_app::{Delivery, Ports, Scheduler, SyncHandler};
use callsheet_domain::{BotStatus, BotStatusReport, Decision, RuleName, Step, SyncJob, decide};
use callsheet_testkit::{Bot, EvenJitter, Faults, Intercepted, id, is_blocked_by_firewall};
use jiff::SignedDuration;

use crate::harness::{Harness, drain_settings, sync_settings};

impl Harness {
    /// One sync of what is queued, failing as `faults` say. What it could not handle is
    /// delivered again, or becomes a dead letter, which is returned.
    pub(super) async fn synced(&self, faults: &Faults) -> Vec<SyncJob> {
        self.clock.advance(SignedDuration::from_secs(1));
        let sync = SyncHandler {
            ports: Ports {
                recall: Intercepted::new(self.recall.clone(), faults),
                decisions: Intercepted::new(self.decisions.clone(), faults),
                state: Intercepted::new(self.state.clone(), faults),
                queue: self.queue.clone(),
                clock: self.clock.clone(),
            },
            policy_cache: self.policy_cache.clone(),
            settings: sync_settings(),
        };
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        let batch = self.queue.deliver(10);
        let handled = sync.handle(&batch, self.deadline()).await;
        let most = sync.settings.most_receives;
        let is_dead = |delivery: &Delivery| {
            delivery.received >= most && handled.failed.contains(&delivery.message_id)
        };
        let dead = batch.into_iter().filter(is_dead);
        dead.map(|delivery| delivery.job).collect()
    }

    /// Sends dead letters anew, as an operator does once faults are over.
    pub(super) async fn redrive(&self, dead: Vec<SyncJob>) {
        for job in dead {
            self.queue.send(&job).await.expect("memory");
        }
    }

    /// One sync and one drain, failing as `faults` say. Gives the dead letters.
    pub(super) async fn work(&self, faults: &Faults) -> Vec<SyncJob> {
        let dead = self.synced(faults).await;
        let drain = Scheduler {
            recall: Intercepted::new(self.recall.clone(), faults),
            decisions: Intercepted::new(self.decisions.clone(), faults),
            state: Intercepted::new(self.state.clone(), faults),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.0),
            settings: drain_settings(),
        };
        // A drain that fails leaves its work due; the next wake-up comes within a minute.
        let _ = drain.run(self.after(100)).await;
        self.clock.advance(SignedDuration::from_secs(60));
        dead
    }

    /// Works without faults until nothing is queued, and nothing is due but
    /// rows whose call Recall's firewall blocks.
    pub(super) async fn come_to_rest(&self) {
        let none = Faults::none();
        for _ in 0..12 {
            self.report_joined().await;
            self.work(&none).await;
        }
        // A bot that stayed for a copy has left in the last of these runs, and then the other
        // bots of its event are unscheduled.
        for _ in 0..2 {
            if self.open_row().is_some() {
                self.work(&none).await;
            }
        }
        assert_eq!(self.open_row(), None, "it is still due");
        for row in self.decisions.all().iter().filter(|row| row.is_due()) {
            assert!(
                row.is_blocked() || waits_for_copy(row),
                "it was not tried: {row:?}"
            );
        }
        self.assert_one_row_decides_on_each_event().await;
        self.assert_decided_on_the_newest().await;
    }

    /// Each bot in a call reports that it has joined, as Recall's webhooks do.
    async fn report_joined(&self) {
        let now = self.after(0);
        for Bot { entry, config, .. } in self.recall.bots().into_values() {
            if entry.starts_at > now {
                continue;
            }
            let config: serde_json::Value = serde_json::from_str(&config).unwrap_or_default();
            let metadata = |name: &str| config["metadata"][name].as_str().map(str::to_owned);
            let report = BotStatusReport {
                bot_id: entry.bot_id.clone(),
                event_id: metadata("event_id").map(id),
                ical_uid: metadata("ical_uid").map(id),
                status: BotStatus::new("in_call_recording", None, entry.starts_at).expect("a code"),
                sent_at: now,
            };
            let sent = self.queue.send(&SyncJob::BotStatus(report)).await;
            sent.expect("memory");
        }
    }

    /// A row that is due, unless it waits for something that may never come.
    fn open_row(&self) -> Option<Decision> {
        let is_open =
            |row: &Decision| row.is_due() && !is_blocked_for_good(row) && !waits_for_copy(row);
        self.decisions.all().into_iter().find(is_open)
    }

    async fn assert_one_row_decides_on_each_event(&self) {
        let mut seen = HashSet::new();
        for row in self
            .decisions
            .all()
            .iter()
            .filter(|row| !row.is_superseded())
        {
            let is_first = seen.insert(row.key.event_id.clone());
            assert!(is_first, "two rows decide: {row:?}");
            let event = self.recall.event(&row.key.event_id);
            let event = event.expect("it was put there");
            // A meeting that is over keeps the row that says what became of it, and the
            // events of a lost calendar are not read.
            let is_over = row.is_over(self.after(0)) && event.ends_at <= self.after(0);
            let calendar = self.recall.calendar(&event.calendar_id).await;
            let is_lost = calendar
                .expect("memory")
                .is_none_or(|calendar| !calendar.status.holds_bots());
            let is_left = is_over || is_lost;
            assert!(is_left || event.ical_uid == row.key.ical_uid, "{row:?}");
        }
    }

    /// Each row is the evaluation of the newest event, calendar, policy and
    /// overrides alone; a meeting that has begun may get no bot by them any more.
    async fn assert_decided_on_the_newest(&self) {
        let active_revision = self
            .policy_cache
            .current(&self.state)
            .await
            .expect("memory");
        let now = self.after(0);
        for row in self.decisions.all() {
            let calendar = self
                .recall
                .calendar(&row.calendar_id)
                .await
                .expect("memory");
            let calendar = calendar.expect("no calendar of these is deleted");
            let words = self
                .state
                .overrides(&calendar.owner())
                .await
                .expect("memory");
            let event = self
                .recall
                .event(&row.key.event_id)
                .expect("it was put there");
            if event.ends_at <= now || !calendar.status.holds_bots() || row.is_superseded() {
                continue;
            }
            let verdict = decide(&event, &calendar, &active_revision.policy, &words, now);
            if row.verdict.reason().rule == RuleName::BEGUN {
                assert!(event.starts_at <= now, "it has not begun: {row:?}");
                assert_eq!(verdict.as_str(), "record", "{row:?}");
            } else {
                assert_eq!(row.verdict, verdict);
            }
        }
    }
}

/// Whether the row wants what Recall's firewall blocks, in a meeting that has none yet.
pub(super) fn is_blocked_for_good(row: &Decision) -> bool {
    matches!(row.step(), Step::Schedule(bot) if is_blocked_by_firewall(bot))
}

/// Whether the row's bot is in a call in which another copy wants it.
pub(super) fn waits_for_copy(row: &Decision) -> bool {
    let reason = row.attempts.last_error.as_deref();
    matches!(row.step(), Step::Leave(..))
        && reason == Some("another copy of the meeting wants the bot")
}
