//! Names of things, each a type of its own with one way in.

use std::fmt;

/// A text that cannot be the name it was offered as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {problem}")]
pub struct InvalidId {
    kind: &'static str,
    problem: &'static str,
}

/// The longest identifier that is put into a path, in bytes.
const LONGEST_PATH_ID: usize = 128;
/// The longest name another service gave, in bytes. A table's sort key holds 1,024; one more
/// prefix must fit there.
const LONGEST_FOREIGN_ID: usize = 960;
/// The longest deduplication key in characters, by the published schema.
const LONGEST_DEDUPLICATION_KEY: usize = 2000;

/// Identifiers go into paths of the service, so only what is safe there comes in.
fn path_segment(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    let invalid = |problem| Err(InvalidId { kind, problem });
    if text.is_empty() {
        return invalid("is empty");
    }
    if text.len() > LONGEST_PATH_ID {
        return invalid("is longer than 128 bytes");
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    {
        return invalid("holds a character other than letters, digits, '-' and '_'");
    }
    Ok(())
}

fn of_another_service(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId {
            kind,
            problem: "is empty",
        });
    }
    if text.len() > LONGEST_FOREIGN_ID {
        return Err(InvalidId {
            kind,
            problem: "is longer than 960 bytes",
        });
    }
    Ok(())
}

fn deduplication_key(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId {
            kind,
            problem: "is empty",
        });
    }
    if text.chars().count() > LONGEST_DEDUPLICATION_KEY {
        return Err(InvalidId {
            kind,
            problem: "is longer than 2,000 characters",
        });
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:path) => {
        text_id!($(#[$doc])* $name, $kind, $check, |id: &$name| id.as_str().to_owned());
    };
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:path, $shown:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it can be such a name.
            ///
            /// # Errors
            /// Says what is wrong with the text, without repeating it.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                $check($kind, &text)?;
                Ok(Self(text))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let shown: fn(&$name) -> String = $shown;
                write!(formatter, "{}({})", stringify!($name), shown(self))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A connected calendar.
    CalendarId, "a calendar id", path_segment
);
text_id!(
    /// An event in one calendar. The same meeting has another id in another calendar.
    EventId, "an event id", path_segment
);
text_id!(
    /// A bot.
    BotId, "a bot id", path_segment
);
text_id!(
    /// Names the same meeting in several calendars. On Google it names the whole
    /// series, on Outlook an instance.
    IcalUid, "an ical_uid", of_another_service
);
text_id!(
    /// The platform's own name of a recurring series.
    SeriesId, "a series id", of_another_service
);
text_id!(
    /// The platform's own name of an event, which stays when Recall's changes.
    PlatformEventId, "a platform's event id", of_another_service
);
text_id!(
    /// Bots scheduled under one key are one bot. It holds the meeting's link, so
    /// its `Debug` hides it.
    DeduplicationKey, "a deduplication key", deduplication_key, |_| "…".to_owned()
);

/// Where a decision is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// The meeting, across calendars.
    pub ical_uid: IcalUid,
    /// The event, in one calendar.
    pub event_id: EventId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e5f", true; "a uuid")]
    #[test_case("cal_abc123", true; "the published example")]
    #[test_case("", false; "empty")]
    #[test_case("../v1/bot", false; "a path")]
    #[test_case("a?b=c", false; "a query")]
    #[test_case(&"x".repeat(129), false; "too long")]
    fn path_ids_hold_only_what_is_safe_in_a_path(text: &str, accepted: bool) {
        assert_eq!(CalendarId::parse(text).is_ok(), accepted);
        assert_eq!(EventId::parse(text).is_ok(), accepted);
    }

    #[test_case("series@calendar.example", true; "a usual one")]
    #[test_case("", false; "empty")]
    #[test_case(&"x".repeat(961), false; "too long for a sort key")]
    fn names_of_other_services_fit_into_a_key(text: &str, accepted: bool) {
        assert_eq!(IcalUid::parse(text).is_ok(), accepted);
        assert_eq!(SeriesId::parse(text).is_ok(), accepted);
        assert_eq!(PlatformEventId::parse(text).is_ok(), accepted);
    }

    #[test]
    fn a_key_never_shows_the_link_in_it() {
        let key = DeduplicationKey::parse("2026-01-01T00:00:00Z-https://meet.example/?pwd=1");
        assert_eq!(format!("{key:?}"), "Ok(DeduplicationKey(…))");
    }

    #[test]
    fn an_error_names_the_kind_and_not_the_text() {
        let error = CalendarId::parse("secret value").expect_err("a space is not safe");
        assert!(error.to_string().starts_with("a calendar id"));
        assert!(!error.to_string().contains("secret"));
    }
}
