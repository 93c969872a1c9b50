//! The bots of a row: the one that is wanted, the one that this copy of the
//! meeting offers, and the one that is known to be applied.

use callsheet_domain::{
    Applied, AppliedBot, BotConfig, BotId, ConfigDigest, DeduplicationKey, Offer, Wanted, WantedBot,
};
use serde_json::Value;

use crate::attributes::{Reading, Unreadable, Writing};

/// Stands in what is applied as long as it may not be: why that is not known.
const DOUBT: &str = "doubt";
/// Stands there as long as Recall lists more bots with the event than are wanted.
const TOO_MANY: &str = "too_many";
/// Stands there once the bot is on its way.
const DISPATCHED: &str = "dispatched";

pub(super) fn wanted(row: Reading<'_>) -> Result<Wanted, Unreadable> {
    Ok(match row.map_if_any("wanted")? {
        Some(bot) => Wanted::Bot(Box::new(wanted_bot(bot)?)),
        None => Wanted::Nothing,
    })
}

pub(super) fn applied(row: Reading<'_>) -> Result<Applied, Unreadable> {
    Ok(match row.map_if_any("applied")? {
        Some(bot) if bot.is_set(TOO_MANY)? => Applied::TooMany(Box::new(applied_bot(bot)?)),
        Some(bot) if bot.is_set(DISPATCHED)? => Applied::Dispatched(Box::new(applied_bot(bot)?)),
        Some(bot) if bot.text_if_any(DOUBT)?.is_some() => {
            Applied::Uncertain(Box::new(applied_bot(bot)?))
        }
        Some(bot) => Applied::Bot(Box::new(applied_bot(bot)?)),
        None => Applied::Nothing,
    })
}

pub(super) fn written_wanted(wanted: &Wanted) -> Option<Writing> {
    let Wanted::Bot(bot) = wanted else {
        return None;
    };
    Some(
        Writing::default()
            .text("deduplication_key", bot.deduplication_key.as_str())
            .instant("starts_at", bot.starts_at)
            .text("meeting_url", &bot.meeting_url)
            .text("config", written_config(&bot.config)),
    )
}

fn wanted_bot(bot: Reading<'_>) -> Result<WantedBot, Unreadable> {
    Ok(WantedBot {
        deduplication_key: bot.parsed("deduplication_key", DeduplicationKey::parse)?,
        starts_at: bot.instant("starts_at")?,
        meeting_url: bot.text("meeting_url")?.to_owned(),
        config: config(bot.text("config")?)?,
    })
}

/// What a copy offers. Its configuration is left out where it is the one that
/// is wanted, as it is for every meeting that stands in one calendar.
pub(super) fn written_offer(offer: Option<&Offer>, wanted: &Wanted) -> Option<Writing> {
    let offer = offer?;
    let is_wanted = matches!(wanted, Wanted::Bot(bot) if bot.config == offer.config);
    let config = (!is_wanted).then(|| written_config(&offer.config));
    let written = Writing::default().maybe(config, |row, config| row.text("config", config));
    Some(written.flag("is_organizers", offer.is_organizers))
}

/// Rows of the build before shared bots had owners offer what they want.
pub(super) fn offer(row: Reading<'_>, wanted: &Wanted) -> Result<Option<Offer>, Unreadable> {
    let written = row.map_if_any("offer")?;
    let config = match written
        .map(|offer| offer.text_if_any("config"))
        .transpose()?
        .flatten()
    {
        Some(json) => Some(config(json)?),
        None => match wanted {
            Wanted::Bot(bot) => Some(bot.config.clone()),
            Wanted::Nothing => None,
        },
    };
    let is_organizers = written
        .map(|offer| offer.is_set("is_organizers"))
        .transpose()?;
    Ok(config.map(|config| Offer {
        config,
        is_organizers: is_organizers.unwrap_or(false),
    }))
}

fn written_config(config: &BotConfig) -> String {
    Value::Object(config.json().clone()).to_string()
}

fn config(json: &str) -> Result<BotConfig, Unreadable> {
    let malformed = Unreadable::Malformed("config");
    let json: Value = serde_json::from_str(json).map_err(|_| malformed)?;
    BotConfig::new(json).map_err(|_| malformed)
}

pub(super) fn written_applied(applied: &Applied) -> Option<Writing> {
    let bot = applied.bot()?;
    let doubt = match applied {
        Applied::Nothing | Applied::Bot(_) => None,
        Applied::Uncertain(_) => Some("the end of a call is not known"),
        // A build that does not know the marker calls again, and is told the same.
        Applied::TooMany(_) => Some("more bots are there than are wanted"),
        Applied::Dispatched(_) => Some("the bot is on its way"),
    };
    let marker = match applied {
        Applied::TooMany(_) => Some(TOO_MANY),
        Applied::Dispatched(_) => Some(DISPATCHED),
        Applied::Nothing | Applied::Bot(_) | Applied::Uncertain(_) => None,
    };
    let written = Writing::default()
        .text("deduplication_key", bot.deduplication_key.as_str())
        .instant("starts_at", bot.starts_at)
        .text("meeting_url", &bot.meeting_url)
        .text("config", bot.config.as_str())
        .maybe(bot.bot_id.as_ref(), |row, id| {
            row.text("bot_id", id.as_str())
        })
        .maybe(doubt, |row, doubt| row.text(DOUBT, doubt))
        .maybe(marker, |row, marker| row.flag(marker, true));
    Some(written)
}

fn applied_bot(bot: Reading<'_>) -> Result<AppliedBot, Unreadable> {
    let bot_id = bot.text_if_any("bot_id")?.map(BotId::parse).transpose();
    Ok(AppliedBot {
        bot_id: bot_id.map_err(|_| Unreadable::Malformed("bot_id"))?,
        deduplication_key: bot.parsed("deduplication_key", DeduplicationKey::parse)?,
        starts_at: bot.instant("starts_at")?,
        meeting_url: bot.text("meeting_url")?.to_owned(),
        config: ConfigDigest::kept(bot.text("config")?),
    })
}
