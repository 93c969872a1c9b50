//! An event as the text in which Recall lists it.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An event as text, which [`read_event`](crate::read_event) parses.
///
/// It is saved as it is, or as a string if it is not JSON.
#[derive(Clone)]
pub struct RawEvent(Box<[u8]>);

impl RawEvent {
    pub(crate) fn of(text: &[u8]) -> Self {
        Self(text.into())
    }

    /// The text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for RawEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_slice::<&RawValue>(&self.0) {
            Ok(json) => json.serialize(serializer),
            Err(_) => serializer.serialize_str(&String::from_utf8_lossy(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for RawEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<String>(json.get());
        Ok(Self::of(text.as_deref().unwrap_or(json.get()).as_bytes()))
    }
}

/// Hides the event: it holds titles and links.
impl fmt::Debug for RawEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawEvent({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(b"{\"id\": 1e999}", "{\"id\": 1e999}"; "JSON")]
    #[test_case(b"{\"id\": NaN}", r#""{\"id\": NaN}""#; "a word that is no value")]
    #[test_case(b"{\"id\": \"7", r#""{\"id\": \"7""#; "half an event")]
    fn an_event_is_read_as_it_was_saved(text: &[u8], expected: &str) {
        let saved = serde_json::to_string(&RawEvent::of(text)).expect("it is saved");
        assert_eq!(saved, expected);
        let read: RawEvent = serde_json::from_str(&saved).expect("it is read");
        assert_eq!(read.text(), text);
    }
}
