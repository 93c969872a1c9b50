//! A sync job as the text of a message.
//!
//! The text carries a version. A deployed function reads messages that the
//! function before it wrote, so a new version is added here and the old one stays.

use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, CalendarId, EventId, EventRequest, IcalUid, SyncJob,
    SyncReason, SyncRequest, Timestamp,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

/// A message that no known version wrote. SQS delivers it again until it moves it
/// to the dead-letter queue, where an operator can inspect it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the message is not a sync job: {0}")]
pub struct UnreadableMessage(&'static str);

#[derive(Serialize, Deserialize)]
#[serde(tag = "v")]
enum Envelope {
    #[serde(rename = "1")]
    V1(MessageV1),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum MessageV1 {
    EventsChanged {
        #[serde(flatten)]
        about: AboutV1,
        #[serde(with = "microsecond::required")]
        since: Timestamp,
    },
    CalendarChanged(AboutV1),
    FullSync(AboutV1),
    EventOverridden {
        #[serde(flatten)]
        about: AboutV1,
        event_id: String,
    },
    BotStatus(BotStatusV1),
    /// Written by a schedule, which knows neither a calendar nor the time.
    KeepCoverage,
    /// Written by a schedule, too.
    Resync,
    ResyncNow {
        #[serde(with = "microsecond::required")]
        sent_at: Timestamp,
    },
}

/// Instants are microseconds since 1970.
#[derive(Serialize, Deserialize)]
pub(crate) struct AboutV1 {
    calendar_id: String,
    #[serde(with = "microsecond::required")]
    sent_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BotStatusV1 {
    bot_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ical_uid: Option<String>,
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub_code: Option<String>,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    #[serde(with = "microsecond::required")]
    sent_at: Timestamp,
}

impl BotStatusV1 {
    fn of(report: &BotStatusReport) -> Self {
        Self {
            bot_id: report.bot_id.to_string(),
            event_id: report.event_id.as_ref().map(EventId::to_string),
            ical_uid: report.ical_uid.as_ref().map(IcalUid::to_string),
            code: report.status.code().to_owned(),
            sub_code: report.status.sub_code().map(str::to_owned),
            at: report.status.at(),
            sent_at: report.sent_at,
        }
    }

    fn report(self) -> Result<BotStatusReport, UnreadableMessage> {
        let event_id = self.event_id.map(EventId::parse).transpose();
        let ical_uid = self.ical_uid.map(IcalUid::parse).transpose();
        Ok(BotStatusReport {
            bot_id: BotId::parse(self.bot_id)
                .map_err(|_| UnreadableMessage("its bot_id is not a bot's id"))?,
            event_id: event_id
                .map_err(|_| UnreadableMessage("its event_id is not an event's id"))?,
            ical_uid: ical_uid.map_err(|_| UnreadableMessage("its ical_uid is not one"))?,
            status: BotStatus::new(&self.code, self.sub_code.as_deref(), self.at)
                .ok_or(UnreadableMessage("its code is empty"))?,
            sent_at: self.sent_at,
        })
    }
}

/// The text that carries `job`.
pub(crate) fn job_text(job: &SyncJob) -> String {
    let message = match job {
        SyncJob::KeepCoverage => MessageV1::KeepCoverage,
        SyncJob::Resync => MessageV1::Resync,
        SyncJob::ResyncNow { sent_at } => MessageV1::ResyncNow { sent_at: *sent_at },
        SyncJob::Event(request) => MessageV1::EventOverridden {
            about: AboutV1 {
                calendar_id: request.calendar_id.to_string(),
                sent_at: request.sent_at,
            },
            event_id: request.event_id.to_string(),
        },
        SyncJob::BotStatus(report) => MessageV1::BotStatus(BotStatusV1::of(report)),
        SyncJob::Request(request) => {
            let about = AboutV1 {
                calendar_id: request.calendar_id.to_string(),
                sent_at: request.sent_at,
            };
            match request.reason {
                SyncReason::EventsChanged { since } => MessageV1::EventsChanged { about, since },
                SyncReason::CalendarChanged => MessageV1::CalendarChanged(about),
                SyncReason::FullSync => MessageV1::FullSync(about),
            }
        }
    };
    serde_json::to_string(&Envelope::V1(message)).expect("texts and numbers are JSON")
}

/// The sync job that a message's text carries.
///
/// # Errors
/// If no known version wrote it.
pub fn parse_job(text: &str) -> Result<SyncJob, UnreadableMessage> {
    let Envelope::V1(message) = serde_json::from_str(text)
        .map_err(|_| UnreadableMessage("its version or shape is unknown"))?;
    let calendar_id = |about: &AboutV1| {
        CalendarId::parse(about.calendar_id.clone())
            .map_err(|_| UnreadableMessage("its calendar_id is not a calendar's id"))
    };
    let (about, reason) = match message {
        MessageV1::BotStatus(status) => return status.report().map(SyncJob::BotStatus),
        MessageV1::KeepCoverage => return Ok(SyncJob::KeepCoverage),
        MessageV1::Resync => return Ok(SyncJob::Resync),
        MessageV1::ResyncNow { sent_at } => return Ok(SyncJob::ResyncNow { sent_at }),
        MessageV1::EventsChanged { about, since } => (about, SyncReason::EventsChanged { since }),
        MessageV1::CalendarChanged(about) => (about, SyncReason::CalendarChanged),
        MessageV1::FullSync(about) => (about, SyncReason::FullSync),
        MessageV1::EventOverridden { about, event_id } => {
            return Ok(SyncJob::Event(EventRequest {
                calendar_id: calendar_id(&about)?,
                event_id: EventId::parse(event_id)
                    .map_err(|_| UnreadableMessage("its event_id is not an event's id"))?,
                sent_at: about.sent_at,
            }));
        }
    };
    Ok(SyncJob::Request(SyncRequest {
        calendar_id: calendar_id(&about)?,
        reason,
        sent_at: about.sent_at,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn instant(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(micros).expect("in range")
    }

    #[test_case(SyncReason::EventsChanged { since: instant(1_738_194_598_570_998) }; "events")]
    #[test_case(SyncReason::CalendarChanged; "a calendar")]
    #[test_case(SyncReason::FullSync; "everything")]
    fn a_sync_request_comes_back_as_it_was_written(reason: SyncReason) {
        let calendar_id = CalendarId::parse("cal_abc123").expect("an id");
        let request = SyncRequest {
            calendar_id,
            reason,
            sent_at: instant(1_738_194_599_000_001),
        };
        let job = SyncJob::Request(request);
        assert_eq!(parse_job(&job_text(&job)), Ok(job));
    }

    #[test_case(SyncJob::Resync, r#"{"v":"1","kind":"resync"}"#; "the schedule's message")]
    #[test_case(SyncJob::KeepCoverage, r#"{"v":"1","kind":"keep_coverage"}"#; "the totals of past days")]
    #[test_case(
        SyncJob::ResyncNow { sent_at: instant(5) }, r#"{"v":"1","kind":"resync_now","sent_at":5}"#;
        "a requested resync"
    )]
    fn a_periodic_job_names_no_calendar(job: SyncJob, text: &str) {
        assert_eq!(job_text(&job), text);
        assert_eq!(parse_job(text), Ok(job));
    }

    #[test]
    fn a_request_to_sync_one_event_comes_back_as_it_was_written() {
        let text =
            r#"{"v":"1","kind":"event_overridden","calendar_id":"c","sent_at":5,"event_id":"e"}"#;
        let job = SyncJob::Event(EventRequest {
            calendar_id: CalendarId::parse("c").expect("an id"),
            event_id: EventId::parse("e").expect("an id"),
            sent_at: instant(5),
        });
        assert_eq!(job_text(&job), text);
        assert_eq!(parse_job(text), Ok(job));
    }

    #[test_case(Some("e"), Some("done"), r#"{"v":"1","kind":"bot_status","bot_id":"b","event_id":"e","ical_uid":"u@x","code":"call_ended","sub_code":"done","at":4,"sent_at":5}"#; "with all parts")]
    #[test_case(None, None, r#"{"v":"1","kind":"bot_status","bot_id":"b","code":"call_ended","at":4,"sent_at":5}"#; "without metadata and sub code")]
    fn a_status_of_a_bot_comes_back_as_it_was_written(
        event: Option<&str>,
        sub_code: Option<&str>,
        text: &str,
    ) {
        let job = SyncJob::BotStatus(BotStatusReport {
            bot_id: BotId::parse("b").expect("an id"),
            event_id: event.map(|id| EventId::parse(id).expect("an id")),
            ical_uid: event.map(|_| IcalUid::parse("u@x").expect("an id")),
            status: BotStatus::new("call_ended", sub_code, instant(4)).expect("a code"),
            sent_at: instant(5),
        });
        assert_eq!(job_text(&job), text);
        assert_eq!(parse_job(text), Ok(job));
    }

    #[test]
    fn a_message_as_written_by_hand_is_read() {
        let text = r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed","since":3}"#;
        let expected = SyncRequest {
            calendar_id: CalendarId::parse("c").expect("an id"),
            reason: SyncReason::EventsChanged { since: instant(3) },
            sent_at: instant(5),
        };
        assert_eq!(parse_job(text), Ok(SyncJob::Request(expected)));
    }

    #[test_case("hello"; "not JSON")]
    #[test_case(r#"{"v":"9","calendar_id":"c","sent_at":5,"kind":"full_sync"}"#; "a later version")]
    #[test_case(r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed"}"#; "no instant")]
    #[test_case(r#"{"v":"1","calendar_id":"","sent_at":5,"kind":"full_sync"}"#; "no calendar")]
    #[test_case(r#"{"v":"1","kind":"resync_now"}"#; "a requested resync without its instant")]
    #[test_case(r#"{"v":"1","kind":"full_sync"}"#; "a full sync of no calendar")]
    #[test_case(r#"{"v":"1","calendar_id":"c","sent_at":9223372036854775807,"kind":"full_sync"}"#; "an instant out of range")]
    #[test_case(r#"{"v":"1","kind":"bot_status","bot_id":"../b","code":"done","at":4,"sent_at":5}"#; "a status of no bot")]
    #[test_case(r#"{"v":"1","kind":"bot_status","bot_id":"b","code":"","at":4,"sent_at":5}"#; "a status without a code")]
    #[test_case(r#"{"v":"1","kind":"dance"}"#; "a job of a later build")]
    fn any_other_text_is_refused(text: &str) {
        assert!(parse_job(text).is_err());
    }
}
