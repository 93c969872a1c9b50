//! What a drain is told by its environment.

use std::time::Duration;

use callsheet_app::DrainSettings;
use callsheet_domain::Pace;
use callsheet_recall::BaseUrl;
use callsheet_runtime::{Environment, InvalidSetting};

/// Calls that may go at once after a quiet time; more would cost share of the limit.
const BURST: u32 = 5;
/// At Recall's usual latency of some 300 ms this many calls in flight use a
/// limit of 600 a minute up three times over.
const IN_FLIGHT: usize = 10;
/// Longer than any call takes, so that a holder is never without it by accident.
const LEASE: Duration = Duration::from_secs(30);
/// Longer than the wait for a free bot, so that it need not wait for the next bell.
const PATIENCE: Duration = Duration::from_secs(35);

/// The settings of this function.
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) drain: DrainSettings,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let pace = |name| Ok(Pace::per_minute(environment.parsed(name)?, BURST));
        Ok(Self {
            base_url: environment.read("RECALL_BASE_URL", BaseUrl::parse)?,
            drain: DrainSettings {
                schedule: pace("SCHEDULE_BOT_PER_MINUTE")?,
                unschedule: pace("UNSCHEDULE_BOT_PER_MINUTE")?,
                in_flight: IN_FLIGHT,
                lease: LEASE,
                patience: PATIENCE,
            },
        })
    }
}
