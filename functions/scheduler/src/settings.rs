//! The settings of the scheduler function, read from its environment.

use std::time::Duration;

use callsheet_app::SchedulerSettings;
use callsheet_domain::RateLimit;
use callsheet_recall::BaseUrl;
use callsheet_runtime::{Environment, InvalidSetting};

/// Calls that may be made at once after a quiet time. More would cost a share
/// of the limit.
const BURST: u32 = 1;
/// More than twice as many as a limit of 6,000 a minute needs at 450 ms. Each
/// call in flight is a connection.
const MOST_IN_FLIGHT: usize = 200;
/// A call takes 10 s at most, and no call starts in the last two fifths of the
/// lease.
const LEASE: Duration = Duration::from_secs(30);
/// Longer than the wait for a free bot, so that its row need not wait for the
/// next wake-up.
const PATIENCE: Duration = Duration::from_secs(35);

/// The settings of this function.
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) scheduler: SchedulerSettings,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let rate_limit = |name| Ok(RateLimit::per_minute(environment.parsed(name)?, BURST));
        Ok(Self {
            base_url: environment.parsed_by("RECALL_BASE_URL", BaseUrl::parse)?,
            scheduler: SchedulerSettings {
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
