//! Recall's API at its published limits.

use callsheet_app::ports::{
    BotReader, BotReply, Bots, CalendarDirectory, CalendarEvents, CalendarRemoval, EventQuery,
    LeaveReply, PageOfCalendars, PageOfEvents, Removed, ScheduleRequest,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    BotEntry, BotId, BotStatus, Calendar, CalendarId, EventId, Operation, PageCursor, Timestamp,
};
use jiff::SignedDuration;

use crate::company::number_in;
use crate::world::{Simulated, World};

/// How long a call takes on its way there, and its answer as long on its way back.
const ONE_WAY_MS: std::ops::Range<i64> = 40..300;
/// How long Recall takes to say that it is out.
const OUT: SignedDuration = SignedDuration::from_secs(2);
/// One of so many bot calls fails on Recall's side.
const ONE_FAILS_OF: u32 = 500;
/// How long Recall asks to wait when its limit is used up.
const WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// A client of the simulated Recall.
#[derive(Debug, Clone)]
pub(crate) struct SimRecall(pub(crate) World);

impl SimRecall {
    /// Makes a call, with its effect, within the limits.
    async fn call<T>(
        &self,
        operation: Operation,
        effect: impl FnOnce(&mut Simulated) -> T + Send,
    ) -> Result<T, PortError>
    where
        T: Send,
    {
        let world = &self.0;
        let (there, back, fails, is_out) = world.with(|simulated| {
            let random = &mut simulated.random;
            let one_way =
                |random: &mut fastrand::Rng| SignedDuration::from_millis(random.i64(ONE_WAY_MS));
            let (there, back) = (one_way(random), one_way(random));
            (
                there,
                back,
                random.u32(0..ONE_FAILS_OF) == 0,
                simulated.is_out,
            )
        });
        world.pass(if is_out { OUT } else { there }).await;
        let now = world.now();
        let done = world.with(|simulated| {
            if simulated.is_out {
                return Err(unavailable("503"));
            }
            if !simulated.calls.admit(operation, now) {
                return Err(PortError::Throttled {
                    service: Service::Recall,
                    wait: WAIT,
                });
            }
            let is_of_bot = matches!(operation, Operation::ScheduleBot | Operation::UnscheduleBot);
            if fails && is_of_bot {
                return Err(unavailable("502"));
            }
            Ok(effect(simulated))
        });
        world.pass(back).await;
        done
    }
}

fn unavailable(status: &str) -> PortError {
    PortError::Unavailable {
        service: Service::Recall,
        reason: status.to_owned(),
        source: None,
    }
}

impl CalendarEvents for SimRecall {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let calendar = number_in(id.as_str());
        self.call(Operation::GetCalendar, |simulated| {
            simulated.workspace.calendar(calendar?)
        })
        .await
    }

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        let event = number_in(id.as_str());
        self.call(Operation::GetEvent, |simulated| {
            let event = event.and_then(|event| simulated.workspace.event(event));
            PageOfEvents {
                events: event.into_iter().collect(),
                unreadable: Vec::new(),
                next: None,
            }
        })
        .await
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        let now = self.0.now();
        self.call(Operation::ListEvents, |simulated| {
            let (events, next) = simulated.workspace.page(query, cursor, now);
            PageOfEvents {
                events,
                unreadable: Vec::new(),
                next,
            }
        })
        .await
    }
}

/// No bot has a status here.
impl BotReader for SimRecall {
    async fn statuses_of(&self, _: &BotId) -> Result<Option<Vec<BotStatus>>, PortError> {
        self.call(Operation::GetBot, |_| Some(Vec::new())).await
    }
}

/// No calendar is disconnected here.
impl CalendarRemoval for SimRecall {
    async fn delete_calendar(&self, _: &CalendarId) -> Result<Removed, PortError> {
        self.call(Operation::DeleteCalendar, |_| Removed::AlreadyGone)
            .await
    }
}

impl CalendarDirectory for SimRecall {
    async fn calendars(
        &self,
        created_since: Option<Timestamp>,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfCalendars, PortError> {
        self.call(Operation::ListCalendars, |simulated| {
            let (calendars, next) = simulated.workspace.calendars(created_since, cursor);
            PageOfCalendars {
                calendars,
                unreadable: Vec::new(),
                next,
            }
        })
        .await
    }
}

impl Bots for SimRecall {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        let clock = self.0.clock;
        self.call(Operation::ScheduleBot, |simulated| {
            use callsheet_app::ports::Clock as _;
            let Some(event) = number_in(request.event_id.as_str()) else {
                return BotReply::NoSuchEvent;
            };
            let now = clock.now();
            let reply = simulated.workspace.schedule(event, request, now);
            simulated.note_bot(event, now);
            reply
        })
        .await
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let clock = self.0.clock;
        self.call(Operation::UnscheduleBot, |simulated| {
            use callsheet_app::ports::Clock as _;
            let Some(event) = number_in(event_id.as_str()) else {
                return BotReply::NoSuchEvent;
            };
            let now = clock.now();
            let reply = simulated.workspace.unschedule(event, now);
            simulated.note_bot(event, now);
            reply
        })
        .await
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let event = number_in(event_id.as_str());
        self.call(Operation::GetEvent, |simulated| {
            let event = event?;
            simulated.workspace.event(event)?;
            Some(simulated.workspace.bots_of(event))
        })
        .await
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let clock = self.0.clock;
        self.call(Operation::LeaveCall, |simulated| {
            use callsheet_app::ports::Clock as _;
            simulated.workspace.leave(bot_id, clock.now())
        })
        .await
    }
}
