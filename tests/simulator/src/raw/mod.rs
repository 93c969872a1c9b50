//! Payload of the calendar platform, which the service passes on unchanged as `raw`.

mod google;
mod outlook;
mod platform_event;
mod zone;

use serde_json::Value;

pub(crate) use self::platform_event::PlatformEvent;
use crate::draft::EventDraft;
use crate::ids::EventId;
use crate::model::Platform;

/// Identifiers that the platform assigns to an event.
#[derive(Debug)]
pub(crate) struct PlatformIds {
    pub(crate) platform_id: String,
    pub(crate) ical_uid: String,
}

impl PlatformIds {
    /// Identifiers of a new event. Google's instances of a series share one `iCalUID`; each of
    /// Outlook's has its own.
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

/// The platform's payload of an event.
pub(crate) fn payload(event: &PlatformEvent<'_>) -> Value {
    match event.platform {
        Platform::GoogleCalendar => google::payload(event),
        Platform::MicrosoftOutlook => outlook::payload(event),
    }
}
