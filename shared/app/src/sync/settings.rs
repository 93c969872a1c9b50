//! Settings of the handler of sync jobs.

use std::time::Duration;

use callsheet_domain::{ListingOptions, RateLimit};

/// Settings of the handler of sync jobs.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// Rate limit of listing events.
    pub list_events: RateLimit,
    /// Rate limit of reading one event.
    pub get_event: RateLimit,
    /// Rate limit of reading one bot.
    pub get_bot: RateLimit,
    /// Rate limit of reading a calendar.
    pub get_calendar: RateLimit,
    /// Rate limit of listing calendars.
    pub list_calendars: RateLimit,
    /// Whether the workspace may be listed as a whole, besides one calendar at a time.
    pub is_workspace_listed: bool,
    /// How often a resync looks for changes whose webhook never came.
    pub catch_up_every: Duration,
    /// After how long a silence a bot is read; never without it.
    pub read_silent_bots_after: Option<Duration>,
    /// Deliveries after which a message that failed is not delivered again.
    pub most_receives: u32,
}

impl SyncSettings {
    pub(super) fn options(&self) -> ListingOptions {
        ListingOptions {
            lists_workspace: self.is_workspace_listed,
            interval: self.list_events.interval(),
            are_windows_urgent: false,
            leaves_full_syncs: false,
        }
    }
}
