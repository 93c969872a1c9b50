//! What a drain is told by its environment.

use std::time::Duration;

use callsheet_app::SchedulerSettings;
use callsheet_domain::RateLimit;
use callsheet_recall::BaseUrl;
use callsheet_runtime::{Environment, InvalidSetting};

/// Calls that may go at once after a quiet time; more would cost share of the limit.
const BURST: u32 = 1;
/// More than a limit of 6,000 a minute needs at 450 ms, twice over; each is a connection.
const MOST_IN_FLIGHT: usize = 200;
/// A call takes 10 s at most; the last two fifths of the lease are kept free of new ones.
const LEASE: Duration = Duration::from_secs(30);
/// Longer than the wait for a free bot, so that it need not wait for the next bell.
const PATIENCE: Duration = Duration::from_secs(35);

/// The settings of this function.
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) drain: SchedulerSettings,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let rate_limit = |name| Ok(RateLimit::per_minute(environment.parsed(name)?, BURST));
        Ok(Self {
            base_url: environment.parsed_by("RECALL_BASE_URL", BaseUrl::parse)?,
            drain: SchedulerSettings {
                schedule: rate_limit("SCHEDULE_BOT_PER_MINUTE")?,
                unschedule: rate_limit("UNSCHEDULE_BOT_PER_MINUTE")?,
                find: rate_limit("GET_EVENT_PER_MINUTE")?,
                leave: rate_limit("LEAVE_CALL_PER_MINUTE")?,
                most_in_flight: MOST_IN_FLIGHT,
                lease: LEASE,
                patience: PATIENCE,
            },
        })
    }
}
