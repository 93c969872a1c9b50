//! Reads the payloads of Google and Outlook into one shape.
//!
//! Every field of a payload is optional and may have an unexpected type. A field
//! that cannot be read is unknown, never an error: one malformed field must not
//! cost a calendar its other meetings. Nor is it absent: a person whose entry cannot be
//! read takes part all the same.

mod fields;
mod google;
#[cfg(test)]
mod malformed;
mod outlook;
mod people;
mod raw;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::event::facts::Facts;
use crate::event::platform::Platform;
pub use fields::is_payload_field;
#[cfg(test)]
pub(crate) use malformed::any_payload;
use raw::Raw;

/// The longest title that is read, in characters. Both platforms allow fewer, and an expression
/// may go through a title many times.
const LONGEST_TITLE: usize = 10_000;

impl Facts {
    /// Reads the facts from a platform's payload.
    #[must_use]
    pub fn from_payload(platform: Platform, raw: &Value) -> Self {
        let facts = match platform {
            Platform::Google => google::facts(Raw(raw)),
            Platform::Outlook => outlook::facts(Raw(raw)),
        };
        let title = facts
            .title
            .map(|title| title.chars().take(LONGEST_TITLE).collect());
        let mut facts = Self { title, ..facts };
        // Without a payload nothing is known of its people.
        facts.attendees.is_incomplete |= !raw.is_object();
        facts
    }
}
