//! The bot that follows from a verdict.

use std::borrow::Cow;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};

use crate::bot::WantedBot;
use crate::bot_config::BotConfig;
use crate::decision::wanted::{Offer, Wanted};
use crate::event::{Calendar, CalendarEvent, Meeting};
use crate::fact::{Fact, FactSource, FactValue};
use crate::id::DeduplicationKey;
use crate::meeting_link::link_by_meeting;
use crate::policy::{Deduplication, DeduplicationScheme, LinkComparison, Policy};
use crate::verdict::Verdict;
use jiff::Timestamp;

/// The bot that follows from the verdict on one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// No bot.
    Nothing,
    /// One bot. Its configuration depends on all copies of the meeting.
    Bot {
        /// The key that copies share if they share a bot.
        deduplication_key: DeduplicationKey,
        /// When it joins.
        starts_at: Timestamp,
        /// Where it joins.
        meeting_url: String,
        /// The configuration that this copy offers.
        offer: Offer,
    },
}

impl Plan {
    /// The configuration that this copy offers; none without a bot.
    #[must_use]
    pub(crate) fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Nothing => None,
            Self::Bot { offer, .. } => Some(offer),
        }
    }

    /// The wanted bot with the configuration of the copy that owns it.
    #[must_use]
    pub fn wanted(&self, config: &BotConfig) -> Wanted {
        match self {
            Self::Nothing => Wanted::Nothing,
            Self::Bot {
                deduplication_key,
                starts_at,
                meeting_url,
                ..
            } => Wanted::Bot(Box::new(WantedBot {
                deduplication_key: deduplication_key.clone(),
                starts_at: *starts_at,
                meeting_url: meeting_url.clone(),
                config: config.clone(),
            })),
        }
    }
}

/// The bot that follows from `verdict` on `event`.
#[must_use]
pub fn plan(
    verdict: &Verdict,
    event: &CalendarEvent,
    calendar: &Calendar,
    policy: &Policy,
) -> Plan {
    let (Verdict::Record(_), Some(meeting)) = (verdict, &event.meeting) else {
        return Plan::Nothing;
    };
    let Some(deduplication_key) =
        deduplication_key(policy.deduplication(), event, meeting, calendar)
    else {
        return Plan::Nothing;
    };
    let facts = policy.situation(event, calendar);
    let config = policy.bot_for(calendar).render(&facts);
    Plan::Bot {
        deduplication_key,
        starts_at: event.starts_at,
        meeting_url: meeting.url.clone(),
        offer: Offer {
            config: with_ids(&config, event),
            is_organizers: facts.value(Fact::Hosted) == FactValue::Flag(true),
            is_refused: false,
        },
    }
}

/// Names of the metadata that says which event a recording belongs to.
pub(super) const EVENT_METADATA: [&str; 4] = ["event_id", "calendar_id", "ical_uid", "series_id"];

/// The configuration with metadata that says which event a recording belongs to.
fn with_ids(config: &BotConfig, event: &CalendarEvent) -> BotConfig {
    let series = event.facts.series.as_ref().map(crate::id::SeriesId::as_str);
    let ids = [
        Some(event.id.as_str()),
        Some(event.calendar_id.as_str()),
        Some(event.ical_uid.as_str()),
        series,
    ];
    EVENT_METADATA
        .into_iter()
        .zip(ids)
        .filter_map(|(name, id)| Some((name, id?)))
        .fold(config.clone(), |config, (name, id)| {
            config.with_metadata(name, id)
        })
}

/// The key by the scheme, in the shapes that Recall's scheduling guide gives.
/// The link in it is the one that names the meeting, if links are compared by that.
/// A link that is too long for a key is replaced by its SHA-256. None if the scheme
/// needs the address of the calendar's owner and it is not known.
fn deduplication_key(
    deduplication: Deduplication,
    event: &CalendarEvent,
    meeting: &Meeting,
    calendar: &Calendar,
) -> Option<DeduplicationKey> {
    let suffix = match deduplication.scheme {
        DeduplicationScheme::Meeting => String::new(),
        DeduplicationScheme::Domain => format!("-{}", calendar.email.as_ref()?.domain()),
        DeduplicationScheme::Calendar => format!("-{}", event.id),
    };
    let starts_at = event.starts_at;
    let url = match deduplication.links {
        LinkComparison::Text => Cow::Borrowed(meeting.url.as_str()),
        LinkComparison::Meeting => Cow::Owned(link_by_meeting(&meeting.url)),
    };
    let key = DeduplicationKey::parse(format!("{starts_at}-{url}{suffix}"));
    Some(key.unwrap_or_else(|_| {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(url.as_bytes()));
        DeduplicationKey::parse(format!("{starts_at}-sha256:{hash}{suffix}"))
            .expect("some 500 characters at most")
    }))
}
