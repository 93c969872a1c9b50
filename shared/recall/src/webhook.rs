//! Parses the body of a signed webhook.

use callsheet_app::accept::Incoming;
use callsheet_domain::{CalendarId, SyncReason, Timestamp, whole_microseconds};
use serde::Deserialize;

use crate::Verified;

/// A body that Recall signed and that is not in the published shape. A retry
/// would not change it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the webhook is not in the published shape: {0}")]
pub struct UnreadableWebhook(&'static str);

#[derive(Deserialize)]
struct Envelope {
    event: String,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Deserialize)]
struct CalendarData {
    calendar_id: String,
    last_updated_ts: Option<Timestamp>,
}

impl Verified<'_> {
    /// Parses the body. The same address may receive some 55 other types of
    /// events, which are ignored and are not errors.
    ///
    /// # Errors
    /// If the body is not JSON, or a calendar's event lacks a required field.
    pub fn parse(self) -> Result<Incoming, UnreadableWebhook> {
        let envelope: Envelope = serde_json::from_slice(self.0)
            .map_err(|_| UnreadableWebhook("not an object with an event"))?;
        match envelope.event.as_str() {
            "calendar.sync_events" => {
                let data = calendar_data(envelope.data)?;
                let since = data
                    .last_updated_ts
                    .ok_or(UnreadableWebhook("data.last_updated_ts is missing"))?;
                incoming(
                    data.calendar_id,
                    SyncReason::EventsChanged {
                        since: whole_microseconds(since),
                    },
                )
            }
            "calendar.update" => {
                let data = calendar_data(envelope.data)?;
                incoming(data.calendar_id, SyncReason::CalendarChanged)
            }
            _ => Ok(Incoming::NotOurs),
        }
    }
}

fn calendar_data(data: serde_json::Value) -> Result<CalendarData, UnreadableWebhook> {
    serde_json::from_value(data)
        .map_err(|_| UnreadableWebhook("data.calendar_id or data.last_updated_ts cannot be read"))
}

fn incoming(calendar_id: String, reason: SyncReason) -> Result<Incoming, UnreadableWebhook> {
    let calendar_id = CalendarId::parse(calendar_id)
        .map_err(|_| UnreadableWebhook("data.calendar_id is not a calendar's id"))?;
    Ok(Incoming::Calendar {
        calendar_id,
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn of_calendar(reason: SyncReason) -> Incoming {
        Incoming::Calendar {
            calendar_id: CalendarId::parse("cal_abc123").expect("an id"),
            reason,
        }
    }

    fn events_changed(since: &str) -> Incoming {
        let since = since.parse().expect("an instant");
        of_calendar(SyncReason::EventsChanged { since })
    }

    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123","last_updated_ts":"2025-01-29T23:49:58.570998+00:00"}}"#, Some(events_changed("2025-01-29T23:49:58.570998Z")); "the published example")]
    #[test_case(r#"{"event":"calendar.update","data":{"calendar_id":"cal_abc123"}}"#, Some(of_calendar(SyncReason::CalendarChanged)); "a calendar's own change")]
    #[test_case(r#"{"event":"bot.done","data":{"bot":{"id":"b"}}}"#, Some(Incoming::NotOurs); "another type of event")]
    #[test_case(r#"{"event":"bot.done"}"#, Some(Incoming::NotOurs); "another type of event without data")]
    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123"}}"#, None; "no last_updated_ts")]
    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123","last_updated_ts":"yesterday"}}"#, None; "a last_updated_ts that is not an instant")]
    #[test_case(r#"{"event":"calendar.update","data":{"calendar_id":"../bot"}}"#, None; "an id that leaves its path")]
    #[test_case(r#"{"event":"calendar.update"}"#, None; "no data")]
    #[test_case("[]", None; "not an object")]
    #[test_case("\u{feff}", None; "not JSON")]
    fn the_body_of_a_webhook_is_parsed(body: &str, expected: Option<Incoming>) {
        assert_eq!(Verified(body.as_bytes()).parse().ok(), expected);
    }
}
