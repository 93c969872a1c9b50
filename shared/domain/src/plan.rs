//! From a verdict to what is wanted at Recall.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};

use crate::{
    BotConfig, CalendarEvent, DeduplicationKey, Meeting, Timestamp, Verdict, Wanted, WantedBot,
};

/// Under which name of the metadata a recording tells which meeting it is of.
const ICAL_UID: &str = "ical_uid";

/// What follows from `verdict` for `event`: one bot, or none.
///
/// The bot is the same whichever copy of a shared meeting it is planned from:
/// the last POST's configuration wins at Recall, so nothing of one copy (its
/// own id, its calendar) may be in it.
#[must_use]
pub fn plan(verdict: &Verdict, event: &CalendarEvent, template: &BotConfig) -> Wanted {
    match (verdict, &event.meeting) {
        (Verdict::Record(_), Some(meeting)) => Wanted::Bot(Box::new(WantedBot {
            deduplication_key: one_a_meeting(event.starts_at, meeting),
            starts_at: event.starts_at,
            meeting_url: meeting.url.clone(),
            config: template.with_metadata(ICAL_UID, event.ical_uid.as_str()),
        })),
        _ => Wanted::Nothing,
    }
}

/// The key `{start_time}-{meeting_url}`, which gives copies of a meeting one
/// bot; Recall's scheduling guide recommends it. A link too long for a key is
/// replaced by its SHA-256.
fn one_a_meeting(starts_at: Timestamp, meeting: &Meeting) -> DeduplicationKey {
    DeduplicationKey::parse(format!("{starts_at}-{}", meeting.url)).unwrap_or_else(|_| {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(meeting.url.as_bytes()));
        DeduplicationKey::parse(format!("{starts_at}-sha256:{hash}")).expect("some 100 characters")
    })
}
