//! Settings of the sync function, from its environment.

use std::time::Duration;

use callsheet_app::SyncSettings;
use callsheet_domain::RateLimit;
use callsheet_recall::BaseUrl;
use callsheet_runtime::{Environment, InvalidSetting};

/// Calls that may be made at once after a quiet time, so that a few calendars do
/// not wait for each other. Each but the first costs one of a minute's calls.
const BURST: u32 = 3;

/// Settings of the sync function. The policy is not among them: it is stored
/// beside the decisions, and changes without a deployment.
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) sync: SyncSettings,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let rate_limit = |name| Ok(RateLimit::per_minute(environment.parsed(name)?, BURST));
        Ok(Self {
            base_url: environment.parsed_by("RECALL_BASE_URL", BaseUrl::parse)?,
            sync: SyncSettings {
                list_events: rate_limit("LIST_EVENTS_PER_MINUTE")?,
                get_event: rate_limit("GET_EVENT_PER_MINUTE")?,
                get_bot: rate_limit("GET_BOT_PER_MINUTE")?,
                read_silent_bots_after: after(
                    environment.parsed("READ_SILENT_BOTS_AFTER_MINUTES")?,
                ),
                get_calendar: rate_limit("GET_CALENDAR_PER_MINUTE")?,
                list_calendars: rate_limit("LIST_CALENDARS_PER_MINUTE")?,
                is_workspace_listed: environment.parsed("LIST_WORKSPACE")?,
                catch_up_every: minutes(environment.parsed("CATCH_UP_EVERY_MINUTES")?),
                most_receives: environment.parsed("MOST_RECEIVES")?,
            },
        })
    }
}

/// A time in minutes; none for 0, which switches it off.
fn after(count: u32) -> Option<Duration> {
    (count > 0).then(|| minutes(count))
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(60 * u64::from(minutes))
}
