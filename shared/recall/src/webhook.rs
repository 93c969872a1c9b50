//! Parses the body of a signed webhook.

use callsheet_app::accept::Incoming;
use callsheet_domain::{
    BotId, BotStatus, CalendarId, EventId, IcalUid, SyncReason, Timestamp, whole_microseconds,
};
use serde::Deserialize;
use serde_json::Value;

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
    data: Value,
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
            event => Ok(match event.strip_prefix("bot.") {
                Some(name) => bot_status(name, &envelope.data).unwrap_or(Incoming::NotOurs),
                None => Incoming::NotOurs,
            }),
        }
    }
}

fn calendar_data(data: Value) -> Result<CalendarData, UnreadableWebhook> {
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

/// The status of a bot in the present form, or in the older one of `bot.status_change`. None
/// if the event is another one about a bot, or in no form that is known: a status that is lost
/// costs less than a webhook that Recall sends again.
fn bot_status(name: &str, data: &Value) -> Option<Incoming> {
    let is_older = name == "status_change";
    let (bot_id, status) = if is_older {
        (&data["bot_id"], &data["status"])
    } else {
        (&data["bot"]["id"], &data["data"])
    };
    let at = status
        .get("updated_at")
        .or_else(|| status.get("created_at"));
    let code = status["code"].as_str();
    let code = code.or_else(|| (!is_older && status.get("sub_code").is_some()).then_some(name));
    let metadata = |name: &str| data["bot"]["metadata"][name].as_str();
    Some(Incoming::Bot {
        bot_id: BotId::parse(bot_id.as_str()?).ok()?,
        event_id: metadata("event_id").and_then(|id| EventId::parse(id).ok()),
        ical_uid: metadata("ical_uid").and_then(|id| IcalUid::parse(id).ok()),
        status: BotStatus::new(
            code?,
            status["sub_code"].as_str(),
            at?.as_str()?.parse().ok()?,
        )?,
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

    fn of_bot(event: Option<&str>, code: &str, sub_code: Option<&str>) -> Incoming {
        let at = "2025-01-29T23:49:58.570998Z".parse().expect("an instant");
        Incoming::Bot {
            bot_id: BotId::parse("a31e78b3").expect("an id"),
            event_id: event.map(|id| EventId::parse(id).expect("an id")),
            ical_uid: event.map(|_| IcalUid::parse("u@x").expect("an id")),
            status: BotStatus::new(code, sub_code, at).expect("a code"),
        }
    }

    fn events_changed(since: &str) -> Incoming {
        let since = since.parse().expect("an instant");
        of_calendar(SyncReason::EventsChanged { since })
    }

    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123","last_updated_ts":"2025-01-29T23:49:58.570998+00:00"}}"#, Some(events_changed("2025-01-29T23:49:58.570998Z")); "the published example")]
    #[test_case(r#"{"event":"calendar.update","data":{"calendar_id":"cal_abc123"}}"#, Some(of_calendar(SyncReason::CalendarChanged)); "a calendar's own change")]
    #[test_case(r#"{"event":"bot.done","data":{"bot":{"id":"b"}}}"#, Some(Incoming::NotOurs); "an event of a bot without a status")]
    #[test_case(r#"{"event":"bot.done","data":{"bot":{"id":"../b","metadata":{}},"data":{"code":"done","sub_code":null,"updated_at":"2025-01-29T23:49:58Z"}}}"#, Some(Incoming::NotOurs); "a status of no bot")]
    #[test_case(r#"{"event":"bot.done","data":{"bot":{"id":"b","metadata":{}},"data":{"code":"done","sub_code":null,"updated_at":"soon"}}}"#, Some(Incoming::NotOurs); "a status at no instant")]
    #[test_case(r#"{"event":"bot.log","data":{"bot":{"id":"b","metadata":{}},"data":{"created_at":"2025-01-29T23:49:58Z","level":"info","message":"m"}}}"#, Some(Incoming::NotOurs); "another event of a bot")]
    #[test_case(r#"{"event":"bot.done","data":[7]}"#, Some(Incoming::NotOurs); "an event of a bot with odd data")]
    #[test_case(r#"{"event":"bot.status_change","data":{"bot_id":"b"}}"#, Some(Incoming::NotOurs); "an older event without a status")]
    #[test_case(r#"{"event":"recording.done","data":{}}"#, Some(Incoming::NotOurs); "another type of event")]
    #[test_case(r#"{"event":"bot.done"}"#, Some(Incoming::NotOurs); "another type of event without data")]
    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123"}}"#, None; "no last_updated_ts")]
    #[test_case(r#"{"event":"calendar.sync_events","data":{"calendar_id":"cal_abc123","last_updated_ts":"yesterday"}}"#, None; "a last_updated_ts that is not an instant")]
    #[test_case(r#"{"event":"calendar.update","data":{"calendar_id":"../bot"}}"#, None; "an id that leaves its path")]
    #[test_case(r#"{"event":"calendar.update"}"#, None; "no data")]
    #[test_case(r#"{"event":"bot.call_ended","data":{"bot":{"id":"a31e78b3","metadata":{}},"data":{"code":"call_ended","sub_code":"meeting_ended_by_host","updated_at":"2025-01-29T23:49:58.570998+00:00"}}}"#, Some(of_bot(None, "call_ended", Some("meeting_ended_by_host"))); "the published example of a bot")]
    #[test_case(r#"{"event":"bot.done","data":{"bot":{"id":"a31e78b3","metadata":{"event_id":"event-1","ical_uid":"u@x","team":7}},"data":{"code":"done","sub_code":null,"updated_at":"2025-01-29T23:49:58.570998+00:00"}}}"#, Some(of_bot(Some("event-1"), "done", None)); "a bot with metadata")]
    #[test_case(r#"{"event":"bot.wave","data":{"bot":{"id":"a31e78b3","metadata":{"event_id":"../e","ical_uid":["u"]}},"data":{"sub_code":7,"updated_at":"2025-01-29T23:49:58.570998+00:00"}}}"#, Some(of_bot(None, "wave", None)); "an odd status of a later version")]
    #[test_case(r#"{"event":"bot.status_change","data":{"bot_id":"a31e78b3","status":{"code":"in_waiting_room","sub_code":null,"created_at":"2025-01-29T23:49:58.570998+00:00","message":"m"}}}"#, Some(of_bot(None, "in_waiting_room", None)); "the older form")]
    #[test_case("[]", None; "not an object")]
    #[test_case("\u{feff}", None; "not JSON")]
    fn the_body_of_a_webhook_is_parsed(body: &str, expected: Option<Incoming>) {
        assert_eq!(Verified(body.as_bytes()).parse().ok(), expected);
    }
}
