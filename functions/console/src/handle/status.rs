//! The state of the stack.
//!
//! It is kept in memory for ten seconds, of the last zones that were asked for, since pages ask for
//! it again and again and it reads all calendars. Concurrent requests wait for one reading.

use callsheet_api::status::{Periods, Status};
use callsheet_app::status::{Days, status as read_status};
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio::sync::Mutex;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::parameters::Parameters;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// How long a status is kept.
const KEPT: SignedDuration = SignedDuration::from_secs(10);

/// The most zones whose status is kept: of one country's operators, and of some readers elsewhere.
const MOST_KEPT: usize = 16;

/// The status as it was last read, of each zone.
#[derive(Debug)]
pub(crate) struct RecentStatus {
    periods: Periods,
    /// The latest last.
    last: Mutex<Vec<Recent>>,
}

#[derive(Debug)]
struct Recent {
    zone: TimeZone,
    at: Timestamp,
    status: Status,
}

impl RecentStatus {
    /// None was read yet. `periods` are those of the stack.
    pub(crate) fn new(periods: Periods) -> Self {
        Self {
            periods,
            last: Mutex::default(),
        }
    }

    /// Has it read again: what it shows was changed.
    pub(super) async fn forget(&self) {
        self.last.lock().await.clear();
    }
}

/// The state of the stack, as `callsheet status` shows it.
pub(super) async fn status<P: ConsolePorts>(
    ports: &P,
    recent: &RecentStatus,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let mut given = Parameters::of(asked.query);
    let (zone, now) = (given.zone(caller.token.zone()), caller.now);
    given.finish()?;
    let mut last = recent.last.lock().await;
    last.retain(|one| now < plus(one.at, KEPT));
    if let Some(known) = last.iter().find(|one| one.zone == zone) {
        return Ok(answer(&known.status, caller, asked));
    }
    let days = Days::at(now, &zone);
    let days =
        days.ok_or_else(|| Refused::invalid("zone", "expected a zone with a present day"))?;
    let read = (ports.state(), ports.decisions(), ports.queues());
    let read = read_status(read, days, now).await?;
    // All who may ask for it see titles, or none of them do.
    let status = caller.shown(Status::of(read, recent.periods, now));
    let answer = answer(&status, caller, asked);
    if last.len() == MOST_KEPT {
        last.remove(0);
    }
    last.push(Recent {
        zone,
        at: now,
        status,
    });
    Ok(answer)
}

fn answer(status: &Status, caller: Caller<'_>, asked: Asked<'_>) -> Answer {
    let page = asked.page(caller, |view| page::overview(status, view));
    Answer::of(status).with_page(page)
}
