//! What a sync is told by its environment.

use callsheet_app::SyncSettings;
use callsheet_domain::{BotConfig, Pace, Policy, PolicyRevision};
use callsheet_recall::BaseUrl;
use callsheet_runtime::{Environment, InvalidSetting};

/// Calls that may go at once after a quiet time: a storm of webhooks begins
/// with a few calendars that should not wait for each other.
const BURST: u32 = 5;

/// The settings of this function.
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) policy: Policy,
    list_events: Pace,
    get_calendar: Pace,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let bot = environment.read("BOT_CONFIG", |text| {
            let json = serde_json::from_str(text).map_err(|_| "it is not JSON".to_owned())?;
            BotConfig::new(json).map_err(|error| error.to_string())
        })?;
        Ok(Self {
            base_url: environment.read("RECALL_BASE_URL", BaseUrl::parse)?,
            policy: Policy {
                meetings: environment.parsed("RECORD_MEETINGS")?,
                confirmed_only: environment.parsed("CONFIRMED_ONLY")?,
                bot,
            },
            list_events: Pace::per_minute(environment.parsed("LIST_EVENTS_PER_MINUTE")?, BURST),
            get_calendar: Pace::per_minute(environment.parsed("GET_CALENDAR_PER_MINUTE")?, BURST),
        })
    }

    pub(crate) fn sync(&self, policy_revision: PolicyRevision) -> SyncSettings {
        SyncSettings {
            policy: self.policy.clone(),
            policy_revision,
            list_events: self.list_events,
            get_calendar: self.get_calendar,
        }
    }
}
