//! Values of the domain that are stored as text: modules for serde's `with`.

use std::borrow::Cow;

use callsheet_domain::{
    Actor, BotConfig, BotId, CalendarId, CalendarStatus, Cause, ConfigDigest, DeduplicationKey,
    Email, EventId, IcalUid, LinkDigest, MeetingResult, Operation, OverrideChoice, Platform,
    PlatformEventId, ResponseStatus, RuleName, SeriesId,
};
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;

/// A value with a text that can be read back.
pub(crate) trait StoredText: Sized {
    fn stored(&self) -> Cow<'_, str>;

    /// The value with this stored text; none if there is no such value.
    fn from_stored(text: String) -> Option<Self>;
}

macro_rules! stored_text {
    ($($type:ident: $from_stored:expr;)*) => {
        $(impl StoredText for $type {
            fn stored(&self) -> Cow<'_, str> {
                Cow::Borrowed(self.as_str())
            }

            fn from_stored(text: String) -> Option<Self> {
                let from_stored: fn(String) -> Option<Self> = $from_stored;
                from_stored(text)
            }
        })*
    };
}

stored_text! {
    Actor: |text| Self::parse(text).ok();
    BotId: |text| Self::parse(text).ok();
    CalendarId: |text| Self::parse(text).ok();
    CalendarStatus: |text| Self::parse(&text);
    Cause: |text| Self::named(&text);
    ConfigDigest: |text| Some(Self::kept(text));
    DeduplicationKey: |text| Self::parse(text).ok();
    Email: |text| Self::parse(&text).ok();
    EventId: |text| Self::parse(text).ok();
    IcalUid: |text| Self::parse(text).ok();
    LinkDigest: |text| Some(Self::kept(text));
    MeetingResult: |text| Self::parse(&text);
    Operation: |text| OPERATIONS_ON_BOTS.into_iter().find(|known| known.as_str() == text);
    OverrideChoice: |text| text.parse().ok();
    Platform: |text| text.parse().ok();
    PlatformEventId: |text| Self::parse(text).ok();
    ResponseStatus: |text| Self::parse(&text);
    RuleName: |text| Some(Self::named(text));
    SeriesId: |text| Self::parse(text).ok();
}

/// The operations that a decision's history may hold.
const OPERATIONS_ON_BOTS: [Operation; 4] = [
    Operation::ScheduleBot,
    Operation::UnscheduleBot,
    Operation::GetEvent,
    Operation::LeaveCall,
];

/// As JSON, since attribute values would not keep each number to the last bit.
impl StoredText for BotConfig {
    fn stored(&self) -> Cow<'_, str> {
        Cow::Owned(Value::Object(self.json().clone()).to_string())
    }

    fn from_stored(text: String) -> Option<Self> {
        Self::new(serde_json::from_str(&text).ok()?).ok()
    }
}

pub(crate) fn serialize<T: StoredText, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.stored())
}

pub(crate) fn deserialize<'de, T: StoredText, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    parse(String::deserialize(deserializer)?)
}

fn parse<T: StoredText, E: serde::de::Error>(text: String) -> Result<T, E> {
    T::from_stored(text).ok_or_else(|| E::custom("not a text of this kind"))
}

/// The same for an attribute that may be absent.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Serializer, StoredText, parse};

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(crate) fn serialize<T: StoredText, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_str(&value.stored()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T: StoredText, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(parse).transpose()
    }
}

/// The same for a list without duplicates.
pub(crate) mod set {
    use std::collections::BTreeSet;

    use super::{Deserialize, Deserializer, Serializer, StoredText, parse};

    pub(crate) fn serialize<T: StoredText, S: Serializer>(
        values: &BTreeSet<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(StoredText::stored))
    }

    pub(crate) fn deserialize<'de, T: StoredText + Ord, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeSet<T>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.into_iter().map(parse).collect()
    }
}
