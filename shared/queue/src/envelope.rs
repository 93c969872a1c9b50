//! A notice as the text of a message.
//!
//! It carries a version. A function that is deployed reads what the one before
//! it has written, so a new version is added here and the old one stays.

use callsheet_domain::{CalendarId, Notice, NoticeKind, Timestamp};
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

/// Instants are microseconds since 1970.
#[derive(Serialize, Deserialize)]
struct MessageV1 {
    calendar_id: String,
    sent_at: i64,
    #[serde(flatten)]
    kind: KindV1,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KindV1 {
    EventsChanged { since: i64 },
    CalendarChanged,
    LookAtAll,
}

/// The text that carries `notice`.
pub(crate) fn write(notice: &Notice) -> String {
    let kind = match notice.kind {
        NoticeKind::EventsChanged { since } => KindV1::EventsChanged {
            since: since.as_microsecond(),
        },
        NoticeKind::CalendarChanged => KindV1::CalendarChanged,
        NoticeKind::LookAtAll => KindV1::LookAtAll,
    };
    let message = Envelope::V1(MessageV1 {
        calendar_id: notice.calendar_id.to_string(),
        sent_at: notice.sent_at.as_microsecond(),
        kind,
    });
    serde_json::to_string(&message).expect("texts and numbers are JSON")
}

/// The notice that a message's text carries.
///
/// # Errors
/// If no version of ours wrote it.
pub fn read(text: &str) -> Result<Notice, UnreadableMessage> {
    let Envelope::V1(message) =
        serde_json::from_str(text).map_err(|_| UnreadableMessage("unknown version or shape"))?;
    let instant = |micros| {
        Timestamp::from_microsecond(micros).map_err(|_| UnreadableMessage("no such instant"))
    };
    let kind = match message.kind {
        KindV1::EventsChanged { since } => NoticeKind::EventsChanged {
            since: instant(since)?,
        },
        KindV1::CalendarChanged => NoticeKind::CalendarChanged,
        KindV1::LookAtAll => NoticeKind::LookAtAll,
    };
    Ok(Notice {
        calendar_id: CalendarId::parse(message.calendar_id)
            .map_err(|_| UnreadableMessage("no calendar id"))?,
        kind,
        sent_at: instant(message.sent_at)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn instant(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(micros).expect("in range")
    }

    #[test_case(NoticeKind::EventsChanged { since: instant(1_738_194_598_570_998) }; "events")]
    #[test_case(NoticeKind::CalendarChanged; "a calendar")]
    #[test_case(NoticeKind::LookAtAll; "everything")]
    fn a_notice_comes_back_as_it_was_written(kind: NoticeKind) {
        let calendar_id = CalendarId::parse("cal_abc123").expect("an id");
        let notice = Notice {
            calendar_id,
            kind,
            sent_at: instant(1_738_194_599_000_001),
        };
        assert_eq!(read(&write(&notice)), Ok(notice));
    }

    #[test]
    fn what_version_one_wrote_is_read() {
        let text = r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed","since":3}"#;
        let notice = read(text).expect("version one");
        assert_eq!(notice.kind, NoticeKind::EventsChanged { since: instant(3) });
    }

    #[test_case("hello"; "not JSON")]
    #[test_case(r#"{"v":"9","calendar_id":"c","sent_at":5,"kind":"look_at_all"}"#; "a version to come")]
    #[test_case(r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"events_changed"}"#; "no time")]
    #[test_case(r#"{"v":"1","calendar_id":"","sent_at":5,"kind":"look_at_all"}"#; "no calendar")]
    fn anything_else_is_refused(text: &str) {
        assert!(read(text).is_err());
    }
}
