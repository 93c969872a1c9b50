//! An errand as the text of a message.
//!
//! It carries a version. A function that is deployed reads what the one before
//! it has written, so a new version is added here and the old one stays.

use callsheet_domain::{CalendarId, SyncJob, SyncReason, SyncRequest, Timestamp};
use serde::{Deserialize, Serialize};

/// A message that no version of ours wrote. It comes back until it lands in
/// the dead-letter queue, where a person can look at it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the message is not one of ours: {0}")]
pub struct UnreadableMessage(&'static str);

#[derive(Serialize, Deserialize)]
#[serde(tag = "v")]
enum Envelope {
    #[serde(rename = "1")]
    V1(MessageV1),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum MessageV1 {
    EventsChanged {
        #[serde(flatten)]
        about: AboutV1,
        since: i64,
    },
    CalendarChanged(AboutV1),
    FullSync(AboutV1),
    /// Written by a schedule, which knows neither calendar nor time.
    Resync,
    ResyncNow {
        /// Absent in messages that an earlier build wrote: as old as can be, so
        /// that they are not requeued for ever.
        #[serde(default)]
        sent_at: i64,
    },
}

/// Instants are microseconds since 1970.
#[derive(Serialize, Deserialize)]
struct AboutV1 {
    calendar_id: String,
    sent_at: i64,
}

/// The text that carries `job`.
pub(crate) fn write(job: &SyncJob) -> String {
    let message = match job {
        SyncJob::Resync => MessageV1::Resync,
        SyncJob::ResyncNow { sent_at } => MessageV1::ResyncNow {
            sent_at: sent_at.as_microsecond(),
        },
        SyncJob::Request(request) => {
            let about = AboutV1 {
                calendar_id: request.calendar_id.to_string(),
                sent_at: request.sent_at.as_microsecond(),
            };
            match request.reason {
                SyncReason::EventsChanged { since } => MessageV1::EventsChanged {
                    about,
                    since: since.as_microsecond(),
                },
                SyncReason::CalendarChanged => MessageV1::CalendarChanged(about),
                SyncReason::FullSync => MessageV1::FullSync(about),
            }
        }
    };
    serde_json::to_string(&Envelope::V1(message)).expect("texts and numbers are JSON")
}

/// The errand that a message's text carries.
///
/// # Errors
/// If no version of ours wrote it.
pub fn read(text: &str) -> Result<SyncJob, UnreadableMessage> {
    let Envelope::V1(message) =
        serde_json::from_str(text).map_err(|_| UnreadableMessage("unknown version or shape"))?;
    let (about, reason) = match message {
        MessageV1::Resync => return Ok(SyncJob::Resync),
        MessageV1::ResyncNow { sent_at } => {
            let sent_at = instant(sent_at)?;
            return Ok(SyncJob::ResyncNow { sent_at });
        }
        MessageV1::EventsChanged { about, since } => {
            let since = instant(since)?;
            (about, SyncReason::EventsChanged { since })
        }
        MessageV1::CalendarChanged(about) => (about, SyncReason::CalendarChanged),
        MessageV1::FullSync(about) => (about, SyncReason::FullSync),
    };
    Ok(SyncJob::Request(SyncRequest {
        calendar_id: CalendarId::parse(about.calendar_id)
            .map_err(|_| UnreadableMessage("no calendar id"))?,
        reason,
        sent_at: instant(about.sent_at)?,
    }))
}

fn instant(micros: i64) -> Result<Timestamp, UnreadableMessage> {
    Timestamp::from_microsecond(micros).map_err(|_| UnreadableMessage("no such instant"))
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
    fn a_notice_comes_back_as_it_was_written(reason: SyncReason) {
        let calendar_id = CalendarId::parse("cal_abc123").expect("an id");
        let request = SyncRequest {
            calendar_id,
            reason,
            sent_at: instant(1_738_194_599_000_001),
        };
        let job = SyncJob::Request(request);
        assert_eq!(read(&write(&job)), Ok(job));
    }

    #[test_case(SyncJob::Resync, r#"{"v":"1","kind":"resync"}"#; "what the schedule sends")]
    #[test_case(
        SyncJob::ResyncNow { sent_at: instant(5) }, r#"{"v":"1","kind":"resync_now","sent_at":5}"#;
        "what somebody asks for"
    )]
    fn a_sweep_knows_no_calendar(job: SyncJob, text: &str) {
        assert_eq!(write(&job), text);
        assert_eq!(read(text), Ok(job));
    }

    #[test]
    fn a_requested_sweep_without_an_instant_is_read_as_an_old_one() {
        let sent_at = Timestamp::UNIX_EPOCH;
        let text = r#"{"v":"1","kind":"resync_now"}"#;
        assert_eq!(read(text), Ok(SyncJob::ResyncNow { sent_at }));
    }

    #[test]
    fn what_version_one_wrote_is_read() {
        let text = r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed","since":3}"#;
        let expected = SyncRequest {
            calendar_id: CalendarId::parse("c").expect("an id"),
            reason: SyncReason::EventsChanged { since: instant(3) },
            sent_at: instant(5),
        };
        assert_eq!(read(text), Ok(SyncJob::Request(expected)));
    }

    #[test_case("hello"; "not JSON")]
    #[test_case(r#"{"v":"9","calendar_id":"c","sent_at":5,"kind":"full_sync"}"#; "a version to come")]
    #[test_case(r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed"}"#; "no time")]
    #[test_case(r#"{"v":"1","calendar_id":"","sent_at":5,"kind":"full_sync"}"#; "no calendar")]
    #[test_case(r#"{"v":"1","kind":"full_sync"}"#; "a look at nothing")]
    #[test_case(r#"{"v":"1","kind":"dance"}"#; "an errand to come")]
    fn anything_else_is_refused(text: &str) {
        assert!(read(text).is_err());
    }
}
