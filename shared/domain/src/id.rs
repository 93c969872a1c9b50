//! Identifiers, each a type of its own that is checked on creation.

use std::fmt;
use std::sync::Arc;

/// A text that is not a valid identifier of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {problem}")]
pub struct InvalidId {
    kind: &'static str,
    problem: &'static str,
}

/// The longest identifier that is used in a URL path, in bytes.
const LONGEST_PATH_ID: usize = 128;
/// The longest identifier of another service, in bytes. A sort key of DynamoDB has at most
/// 1,024, which includes a prefix.
const LONGEST_PLATFORM_ID: usize = 960;
/// The longest deduplication key in characters, by Recall's schema.
const LONGEST_DEDUPLICATION_KEY: usize = 2000;

/// Checks that an identifier is safe in a URL path.
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
        return invalid("has a character other than letters, digits, '-' and '_'");
    }
    Ok(())
}

fn platform_id(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId {
            kind,
            problem: "is empty",
        });
    }
    if text.len() > LONGEST_PLATFORM_ID {
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
        // Shared, since an id is a part of many rows, keys and requests at once.
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text.
            ///
            /// # Errors
            /// Says what is wrong with the text, without quoting it.
            pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                let text = text.as_ref();
                $check($kind, text)?;
                Ok(Self(text.into()))
            }

            /// The identifier as text.
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
    /// Recall's id of a calendar.
    CalendarId, "a calendar id", path_segment
);
text_id!(
    /// Recall's id of an event in one calendar. A copy in another calendar has another id.
    EventId, "an event id", path_segment
);
text_id!(
    /// Recall's id of a bot.
    BotId, "a bot id", path_segment
);
text_id!(
    /// The id that the copies of a meeting share. On Google it identifies a whole series, on
    /// Outlook an occurrence.
    IcalUid, "an ical_uid", platform_id
);
text_id!(
    /// The platform's id of a series.
    SeriesId, "a series id", platform_id
);
text_id!(
    /// The platform's id of an event, which stays when Recall's id changes.
    PlatformEventId, "a platform's event id", platform_id
);
text_id!(
    /// Bots that are scheduled under one key are one bot. It contains the meeting link, so
    /// its `Debug` hides it.
    DeduplicationKey, "a deduplication key", deduplication_key, |_| "…".to_owned()
);

/// The key of a stored decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// The id that the copies of the meeting share.
    pub ical_uid: IcalUid,
    /// The event.
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
    fn ids_in_paths_have_only_safe_characters(text: &str, accepted: bool) {
        assert_eq!(CalendarId::parse(text).is_ok(), accepted);
        assert_eq!(EventId::parse(text).is_ok(), accepted);
    }

    #[test_case("series@calendar.example", true; "a usual one")]
    #[test_case("", false; "empty")]
    #[test_case(&"x".repeat(961), false; "too long for a sort key")]
    fn ids_of_platforms_fit_into_a_sort_key(text: &str, accepted: bool) {
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
