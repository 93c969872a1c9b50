//! Identifiers: UUIDs, as the service assigns them, with one type per kind of object.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

macro_rules! identifier {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub(crate) fn random(random: &mut fastrand::Rng) -> Self {
                Self(Builder::from_random_bytes(random.u128(..).to_be_bytes()).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

identifier!(CalendarId, "Identifier of a connected calendar.");
identifier!(EventId, "Identifier of one event in one calendar.");
identifier!(
    BotId,
    "Identifier of a bot, which several events may share."
);
