//! Handles a batch of sync jobs: statuses of bots first, then totals of past days, then requests
//! and, beside them, a resync.

use callsheet_domain::{SyncJob, Timestamp, plus};
use futures_util::future::join;
use jiff::SignedDuration;

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::DecisionWriter;
use crate::event_pages::EventPages;
use crate::ports::Clock as _;
use crate::retire_calendar::CalendarRetirer;
use crate::sync::bot_status::BotStatuses;
use crate::sync::calendar_list::CalendarList;
use crate::sync::calendar_sync::CalendarSync;
use crate::sync::catch_up::{CatchUpSync, Trigger};
use crate::sync::deliveries::{resync_trigger, that_may_call, without_failed_resyncs};
use crate::sync::event_sync::EventSync;
use crate::sync::keep_coverage::CoverageKeeper;
use crate::sync::page_intake::PageIntake;
use crate::sync::requested_calendars::RequestedCalendars;
use crate::sync::requests::RequestHandler;
use crate::sync::requeue::{Delivery, Handled, Requeue};
use crate::sync::resync::Resync;
use crate::sync::retirement::Retirement;
use crate::sync::settings::SyncSettings;
use crate::sync::silent_bots::SilentBots;
use crate::sync::windows::WindowedSyncs;
use crate::sync::workspace_sync::WorkspaceSync;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{
    AccessGate, ActivePolicy, CallTerms, Entry, PolicyCache, PortError, Priority, RecallCalls,
    Service,
};

/// A page and its writes fit into this; with less time left none is started.
const PAGE_TIME: SignedDuration = SignedDuration::from_secs(8);
/// The meetings of a day are counted in this time, also in a workspace of 100,000 calendars.
const DAY_TIME: SignedDuration = SignedDuration::from_secs(20);

/// Handles batches of sync jobs.
#[derive(Debug, Clone)]
pub struct SyncHandler<P> {
    /// The adapters.
    pub ports: P,
    /// The active policy, as it was last read.
    pub policy_cache: PolicyCache,
    /// Its settings.
    pub settings: SyncSettings,
}

/// A batch, and what its jobs have in common.
struct Batch<'a, P: SyncPorts> {
    deliveries: &'a [Delivery],
    policy: &'a ActivePolicy,
    /// No call is started later.
    latest: Timestamp,
    requeue: &'a Requeue<'a, P::Queue, P::Clock>,
    calls: &'a RecallCalls<'a, P::State, P::Clock>,
}

/// The components that requests and resyncs share.
struct Components<'a, P: SyncPorts> {
    pages: &'a EventPages<'a, P>,
    loader: &'a CalendarLoader<'a, P>,
    retirement: &'a Retirement<'a, P>,
    calendar_sync: &'a CalendarSync<'a, P>,
    workspace_sync: &'a WorkspaceSync<'a, P>,
    windows: &'a WindowedSyncs<'a, P>,
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Handles the jobs of a batch until `deadline`.
    /// Gives the messages that failed, to be delivered again soon.
    pub async fn handle(&self, deliveries: &[Delivery], deadline: Timestamp) -> Handled {
        let entry = self.enter().await;
        let handled = self.handle_entered(entry, deliveries, deadline).await;
        self.note_denial(&handled).await;
        handled
    }

    /// Asks whether calls may be made for a batch.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn enter(&self) -> Result<Entry, PortError> {
        self.gate().enter().await
    }

    /// Stores the denial of a batch in which Recall denied us, so that no worker
    /// calls until the next probe.
    pub async fn note_denial(&self, handled: &Handled) {
        let Some(reason) = handled.new_denial.clone() else {
            return;
        };
        tracing::error!(reason, "Recall denies us, so no calls are made: {reason}");
        let denied = PortError::Denied {
            service: Service::Recall,
            reason,
        };
        if let Err(error) = self.gate().note_failure(&denied).await {
            tracing::warn!(%error, "could not store that Recall denies us: {error}");
        }
    }

    fn gate(&self) -> AccessGate<'_, P::State, P::Clock> {
        AccessGate {
            access: self.ports.state(),
            clock: self.ports.clock(),
        }
    }

    /// Handles the jobs of a batch that entered through the gate. Whether Recall
    /// denies us is for the caller to note.
    pub async fn handle_entered(
        &self,
        entry: Result<Entry, PortError>,
        deliveries: &[Delivery],
        deadline: Timestamp,
    ) -> Handled {
        let deliveries = &without_failed_resyncs(deliveries);
        let requeue = &Requeue {
            queue: self.ports.queue(),
            clock: self.ports.clock(),
            most_receives: self.settings.most_receives,
            has_scheduled_resync: deliveries.iter().any(|one| one.job == SyncJob::Resync),
        };
        let mut handled = Handled::default();
        let statuses = BotStatuses {
            decisions: self.ports.decisions(),
            state: self.ports.state(),
            policy_cache: &self.policy_cache,
            clock: self.ports.clock(),
            latest: plus(deadline, -PAGE_TIME),
        };
        Box::pin(statuses.handle(deliveries, requeue, &mut handled)).await;
        let keeper = CoverageKeeper {
            decisions: self.ports.decisions(),
            state: self.ports.state(),
        };
        let (clock, latest) = (self.ports.clock(), plus(deadline, -DAY_TIME));
        keeper.handle(deliveries, clock, latest, &mut handled).await;
        let deliveries = &that_may_call(deliveries);
        let mut holds_probe = matches!(entry, Ok(Entry::Probe));
        if deliveries.is_empty() {
            if holds_probe {
                self.gate().return_probe().await;
            }
            return handled;
        }
        match self.begin(entry).await {
            Ok((calls, policy)) => {
                let batch = Batch {
                    deliveries,
                    policy: &policy,
                    latest: plus(deadline, -PAGE_TIME),
                    requeue,
                    calls: &calls,
                };
                self.run(&batch, &mut handled).await;
                handled.new_denial = calls.new_denial();
                holds_probe = calls.is_probe();
            }
            Err(error) => requeue.again(deliveries, &error, &mut handled).await,
        }
        if holds_probe {
            self.gate().return_probe().await;
        }
        handled
    }

    /// The calls that a batch may make, and the policy that it decides by.
    async fn begin(
        &self,
        entry: Result<Entry, PortError>,
    ) -> Result<(RecallCalls<'_, P::State, P::Clock>, ActivePolicy), SyncError> {
        let (state, clock) = (self.ports.state(), self.ports.clock());
        let calls = match entry {
            Ok(Entry::Open) => RecallCalls::admitted(state, clock),
            Ok(Entry::Probe) => RecallCalls::probe(state, clock),
            Ok(Entry::Held(denial)) => {
                let error = SyncError::held(denial, clock.now());
                tracing::info!(%error, "a batch waits: {error}");
                return Err(error);
            }
            Err(error) => {
                tracing::warn!(%error, "could not read whether Recall denies us: {error}");
                return Err(error.into());
            }
        };
        let policy = self.policy_cache.current(state).await;
        let policy = policy.inspect_err(|error| {
            tracing::warn!(%error, "could not read the active policy: {error}");
        })?;
        Ok((calls, policy))
    }

    /// Handles the events and requests, and runs the resync beside the requests: one that waits for
    /// its list would keep it waiting.
    async fn run(&self, batch: &Batch<'_, P>, handled: &mut Handled) {
        let (requests, resync) = (batch.calls, &batch.calls.beside());
        // Boxed: the state of each while it waits is large.
        let requests = Box::pin(self.run_with(requests, async |components| {
            Box::pin(self.run_events(batch, components, handled)).await;
            Box::pin(self.run_requests(batch, components, handled)).await;
        }));
        let resync = Box::pin(
            self.run_with(resync, async |components| match resync.held() {
                Some(error) => Err(error),
                None => self.run_resync(batch, components).await,
            }),
        );
        // Whether Recall admits us is for one call to find out.
        let resync = if batch.calls.is_probe() {
            requests.await;
            resync.await
        } else {
            join(requests, resync).await.1
        };
        if let Err(error) = resync {
            let resyncs = batch.deliveries.iter();
            let resyncs = resyncs.filter(|delivery| resync_trigger(delivery).is_some());
            batch.requeue.again(resyncs, &error, handled).await;
        }
    }

    /// Connects the components, and has jobs run with them that make `calls`.
    async fn run_with<T>(
        &self,
        calls: &RecallCalls<'_, P::State, P::Clock>,
        run: impl AsyncFnOnce(&Components<'_, P>) -> T,
    ) -> T {
        let (ports, settings) = (&self.ports, &self.settings);
        let (recall, state, clock) = (ports.recall(), ports.state(), ports.clock());
        let pages = &EventPages {
            recall,
            calls,
            list_events: settings.list_events,
            get_event: settings.get_event,
        };
        let loader = &CalendarLoader {
            recall,
            state,
            calls,
            get_calendar: settings.get_calendar,
            list_calendars: settings.list_calendars,
        };
        let (decisions, queue) = (ports.decisions(), ports.queue());
        let writer = &DecisionWriter {
            decisions,
            state,
            clock,
        };
        let retirer = &CalendarRetirer { decisions, clock };
        let intake = &PageIntake {
            loader,
            writer,
            queue,
        };
        let components = Components {
            pages,
            loader,
            retirement: &Retirement { state, retirer },
            calendar_sync: &CalendarSync {
                state,
                pages,
                writer,
            },
            workspace_sync: &WorkspaceSync {
                state,
                clock,
                pages,
                intake,
            },
            windows: &WindowedSyncs {
                state,
                pages,
                intake,
            },
        };
        run(&components).await
    }

    async fn run_events(
        &self,
        batch: &Batch<'_, P>,
        components: &Components<'_, P>,
        handled: &mut Handled,
    ) {
        let terms = CallTerms {
            priority: Priority::Live,
            latest: batch.latest,
        };
        let again = (batch.requeue, handled);
        let events = EventSync::of(
            components.loader,
            components.calendar_sync,
            self.ports.queue(),
        );
        events
            .handle(batch.deliveries, batch.policy, terms, again)
            .await;
    }

    async fn run_requests(
        &self,
        batch: &Batch<'_, P>,
        components: &Components<'_, P>,
        handled: &mut Handled,
    ) {
        let requests = RequestHandler {
            calendars: RequestedCalendars {
                state: self.ports.state(),
                loader: components.loader,
                retirement: components.retirement,
            },
            clock: self.ports.clock(),
            pages: components.pages,
            calendar_sync: components.calendar_sync,
            workspace_sync: components.workspace_sync,
            requeue: batch.requeue,
        };
        let terms = CallTerms {
            priority: Priority::Live,
            latest: batch.latest,
        };
        let (deliveries, options) = (batch.deliveries, self.settings.options());
        requests
            .handle(deliveries, batch.policy, options, terms, handled)
            .await;
    }

    /// Runs one resync for all jobs of the batch that ask for one.
    async fn run_resync(
        &self,
        batch: &Batch<'_, P>,
        components: &Components<'_, P>,
    ) -> Result<(), SyncError> {
        let deliveries = batch.deliveries.iter();
        let Some(mut trigger) = deliveries.filter_map(resync_trigger).max() else {
            return Ok(());
        };
        if batch.calls.is_probe() {
            trigger = trigger.max(Trigger::Probe);
        }
        let resync = Resync {
            settings: &self.settings,
            state: self.ports.state(),
            clock: self.ports.clock(),
            pages: components.pages,
            loader: components.loader,
            calendar_list: &CalendarList {
                loader: components.loader,
                retirement: components.retirement,
                list_calendars: self.settings.list_calendars,
            },
            retirement: components.retirement,
            calendar_sync: components.calendar_sync,
            catch_up: &CatchUpSync {
                settings: &self.settings,
                state: self.ports.state(),
                clock: self.ports.clock(),
                workspace_sync: components.workspace_sync,
            },
            windows: components.windows,
            silent_bots: &SilentBots {
                recall: self.ports.recall(),
                decisions: self.ports.decisions(),
                state: self.ports.state(),
                retries: batch.policy.policy.retries(),
                calls: components.pages.calls,
                get_bot: self.settings.get_bot,
                after: self.settings.read_silent_bots_after,
            },
            queue: self.ports.queue(),
        };
        let resync = resync.run(batch.policy, trigger, batch.latest).await;
        resync.inspect_err(|error| {
            if error.is_retry_later() && !error.is_denied() {
                tracing::info!(%error, "the resync waits: {error}");
            } else {
                tracing::warn!(%error, "could not resync: {error}");
            }
        })
    }
}
