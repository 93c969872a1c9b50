//! The platform's own payload, which the service passes on untouched as `raw`.

mod google;
mod outlook;
mod zone;

use jiff::Timestamp;
use serde_json::Value;

use crate::draft::EventDraft;
use crate::ids::EventId;
use crate::model::Platform;
use crate::world::Event;

/// The names a platform gives to an event.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) platform_id: String,
    pub(crate) ical_uid: String,
}

impl Names {
    /// Names as the platform makes them: Google's instances share the series' `iCalUID`,
    /// Outlook's have one each.
    pub(crate) fn of(platform: Platform, draft: &EventDraft, id: EventId) -> Self {
        let hex = id.to_string().replace('-', "");
        let (platform_id, generated) = match (platform, &draft.series_id) {
            (Platform::GoogleCalendar, Some(series)) => (
                format!("{series}_{}", draft.start.strftime("%Y%m%dT%H%M%SZ")),
                format!("{series}@google.com"),
            ),
            (Platform::GoogleCalendar, None) => {
                let short = hex[..26].to_owned();
                let uid = format!("{short}@google.com");
                (short, uid)
            }
            (Platform::MicrosoftOutlook, _) => (
                format!("AAMkAGI2{hex}AAA="),
                format!("040000008200E00074C5B7101A82E008{}", hex.to_uppercase()),
            ),
        };
        let ical_uid = draft.ical_uid.clone().unwrap_or(generated);
        Self {
            platform_id,
            ical_uid,
        }
    }
}

/// What the platform says about `event` in the calendar of `owner`.
pub(crate) fn payload(event: &Event, owner: &str) -> Value {
    match event.platform {
        Platform::GoogleCalendar => google::payload(event, owner),
        Platform::MicrosoftOutlook => outlook::payload(event, owner),
    }
}

/// `2025-01-29`, where the draft was written.
fn date(draft: &EventDraft, time: Timestamp) -> String {
    zone::local(draft, time).date().to_string()
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
