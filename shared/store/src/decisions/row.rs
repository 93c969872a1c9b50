//! A decision as a row.

use callsheet_domain::{
    Abandonment, Attempts, CalendarId, CalendarRevision, Decision, DecisionInputs, DecisionKey,
    EventId, Generation, IcalUid, OverrideRevision, PlatformEventId, PolicyRevision, Reason,
    RuleName, SeriesId, Verdict, Version,
};

use super::{bots, facts, history};
use crate::attributes::{Attributes, Reading, Unreadable, Writing};

pub(super) const ICAL_UID: &str = "ical_uid";
pub(super) const EVENT_ID: &str = "event_id";
pub(super) const CALENDAR_ID: &str = "calendar_id";
const PLATFORM_ID: &str = "platform_id";
const SERIES: &str = "series";
pub(super) const ENDS_AT: &str = "ends_at";
pub(super) const NOT_BEFORE: &str = "not_before";
pub(super) const VERSION: &str = "version";
/// Both the name of the index's attribute and its only value.
pub(super) const DUE: &str = "due";

/// How long a row is kept after the meeting, in seconds.
const KEPT_AFTER_THE_END: i64 = 30 * 24 * 60 * 60;

/// The key of a row.
pub(super) fn key(key: &DecisionKey) -> Attributes {
    with_key(Writing::default(), key).attributes()
}

fn with_key(row: Writing, key: &DecisionKey) -> Writing {
    row.text(ICAL_UID, key.ical_uid.as_str())
        .text(EVENT_ID, key.event_id.as_str())
}

/// The key that a row or an index's entry of it shows.
pub(super) fn key_of(row: Reading<'_>) -> Result<DecisionKey, Unreadable> {
    Ok(DecisionKey {
        ical_uid: row.parsed(ICAL_UID, IcalUid::parse)?,
        event_id: row.parsed(EVENT_ID, EventId::parse)?,
    })
}

/// What a row may be called in a log.
pub(super) fn name(attributes: &Attributes) -> String {
    match key_of(Reading::entry(attributes)) {
        Ok(key) => format!("the decision on event {}", key.event_id),
        Err(_) => "a decision without a key".to_owned(),
    }
}

/// The row that a write of `decision` leaves, under the next version.
pub(super) fn attributes(decision: &Decision) -> Attributes {
    let Decision {
        key,
        calendar_id,
        platform_id,
        series,
        starts_at,
        ends_at,
        title,
        verdict,
        inputs,
        wanted,
        offer,
        applied,
        generation,
        attempts,
        history,
        abandoned,
        version,
    } = decision;
    let reason = verdict.reason();
    let is_due = decision.is_due().then_some(DUE);
    with_key(Writing::row(), key)
        .text(CALENDAR_ID, calendar_id.as_str())
        .maybe(platform_id.as_ref(), |row, id| {
            row.text(PLATFORM_ID, id.as_str())
        })
        .maybe(series.as_ref(), |row, id| row.text(SERIES, id.as_str()))
        .instant("starts_at", *starts_at)
        .instant(ENDS_AT, *ends_at)
        .maybe(title.as_deref(), |row, title| row.text("title", title))
        .text("verdict", verdict.as_str())
        .text("rule", reason.rule.as_str())
        .text("reason", &reason.reason)
        .maybe(facts::written(&reason.facts), |row, facts| {
            row.values(facts::FACTS, facts)
        })
        .maybe(reason.has_failed.then_some(true), |row, failed| {
            row.flag("failed", failed)
        })
        .map("seen", written_view(inputs))
        .maybe(bots::written_wanted(wanted), |row, bot| {
            row.map("wanted", bot)
        })
        .maybe(bots::written_offer(offer.as_ref(), wanted), |row, offer| {
            row.map("offer", offer)
        })
        .maybe(bots::written_applied(applied), |row, bot| {
            row.map("applied", bot)
        })
        .number("generation", generation.0)
        .number("attempts", attempts.count)
        .maybe(attempts.not_before, |row, at| row.instant(NOT_BEFORE, at))
        .maybe(attempts.last_error.as_deref(), |row, error| {
            row.text("last_error", error)
        })
        .maybe(history::written(history), |row, calls| {
            row.list(history::HISTORY, calls)
        })
        .maybe(abandoned.as_ref(), |row, abandoned| {
            row.map("closed", written_closure(abandoned))
        })
        .number(VERSION, version.next().0)
        .number(
            "expires_at",
            ends_at.as_second().saturating_add(KEPT_AFTER_THE_END),
        )
        .maybe(is_due, |row, due| row.text(DUE, due))
        .attributes()
}

/// The decision that a row holds.
pub(super) fn decision(attributes: &Attributes) -> Result<Decision, Unreadable> {
    let row = Reading::row(attributes)?;
    let wanted = bots::wanted(row)?;
    Ok(Decision {
        key: key_of(row)?,
        calendar_id: row.parsed(CALENDAR_ID, CalendarId::parse)?,
        platform_id: name_of_platform(row, PLATFORM_ID, PlatformEventId::parse)?,
        series: name_of_platform(row, SERIES, SeriesId::parse)?,
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant(ENDS_AT)?,
        title: row.text_if_any("title")?.map(str::to_owned),
        verdict: verdict(row)?,
        inputs: view(row.map("seen")?)?,
        offer: bots::offer(row, &wanted)?,
        wanted,
        applied: bots::applied(row)?,
        generation: Generation(row.number("generation")?),
        attempts: Attempts {
            count: row.number("attempts")?,
            not_before: row.instant_if_any(NOT_BEFORE)?,
            last_error: row.text_if_any("last_error")?.map(str::to_owned),
        },
        history: history::read(row)?,
        abandoned: row.map_if_any("closed")?.map(closure).transpose()?,
        version: Version(row.number(VERSION)?),
    })
}

/// A name that rows of earlier builds do not have.
fn name_of_platform<T, E>(
    row: Reading<'_>,
    name: &'static str,
    parse: fn(String) -> Result<T, E>,
) -> Result<Option<T>, Unreadable> {
    let text = row.text_if_any(name)?.map(str::to_owned);
    let parsed = text.map(parse).transpose();
    parsed.map_err(|_| Unreadable::Malformed(name))
}

fn verdict(row: Reading<'_>) -> Result<Verdict, Unreadable> {
    let reason = Reason {
        rule: RuleName::named(row.text("rule")?),
        reason: row.text("reason")?.to_owned(),
        facts: facts::read(row)?,
        has_failed: row.is_set("failed")?,
    };
    match row.text("verdict")? {
        "record" => Ok(Verdict::Record(reason)),
        "skip" => Ok(Verdict::Skip(reason)),
        _ => Err(Unreadable::Malformed("verdict")),
    }
}

fn written_view(view: &DecisionInputs) -> Writing {
    Writing::default()
        .instant("event", view.event)
        .number("calendar", view.calendar.0)
        .number("policy", view.policy.0)
        .number("preference", view.overrides.0)
}

fn view(inputs: Reading<'_>) -> Result<DecisionInputs, Unreadable> {
    Ok(DecisionInputs {
        event: inputs.instant("event")?,
        calendar: CalendarRevision(inputs.number("calendar")?),
        policy: PolicyRevision(inputs.number("policy")?),
        overrides: OverrideRevision(inputs.number("preference")?),
    })
}

fn written_closure(abandoned: &Abandonment) -> Writing {
    Writing::default()
        .number("generation", abandoned.generation.0)
        .text("reason", &abandoned.reason)
}

fn closure(abandoned: Reading<'_>) -> Result<Abandonment, Unreadable> {
    Ok(Abandonment {
        generation: Generation(abandoned.number("generation")?),
        reason: abandoned.text("reason")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{SHAPE, number, text};
    use callsheet_domain::{Applied, ConfigDigest, Offer, Wanted};
    use callsheet_testkit::{But, a_bot_config, a_decision, an_applied_bot, at};
    use test_case::test_case;

    /// A row as the first version of its shape was written, by hand: this must be read for ever.
    fn first_shape() -> Attributes {
        let inputs = Writing::default()
            .number("event", 3_792_474_000_000_000_i64)
            .number("calendar", 1)
            .number("policy", 1)
            .number("preference", 0);
        let bot = || {
            Writing::default()
                .text(
                    "deduplication_key",
                    "2090-03-06T10:00:00Z-https://meet.example/abc-defg",
                )
                .number("starts_at", 3_792_477_600_000_000_i64)
                .text("meeting_url", "https://meet.example/abc-defg")
        };
        Writing::default()
            .number("v", 1)
            .text("ical_uid", "meeting-1@acme.example")
            .text("event_id", "event-1")
            .text("calendar_id", "calendar-sales")
            .number("starts_at", 3_792_477_600_000_000_i64)
            .number("ends_at", 3_792_481_200_000_000_i64)
            .text("title", "Kick-off")
            .text("verdict", "record")
            .text("rule", "external")
            .text(
                "reason",
                "a participant is from globex.example, outside of acme.example",
            )
            .map("seen", inputs)
            .map("wanted", bot().text("config", r#"{"bot_name":"Notes"}"#))
            .map(
                "applied",
                bot().text("config", "0f").text("bot_id", "bot-1"),
            )
            .number("generation", 1)
            .number("attempts", 2)
            .number("not_before", 3_792_474_000_000_001_i64)
            .text("last_error", "busy")
            .map(
                "closed",
                Writing::default()
                    .number("generation", 0)
                    .text("reason", "over"),
            )
            .number("version", 5)
            .number("expires_at", 3_795_073_200_i64)
            .text("due", "due")
            .attributes()
    }

    fn first_shape_read() -> Decision {
        a_decision().but(|row| {
            row.platform_id = None;
            row.verdict = Verdict::record(
                RuleName::named("external"),
                "a participant is from globex.example, outside of acme.example",
            );
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.config = a_bot_config();
            }
            row.offer = Some(Offer {
                config: a_bot_config(),
                is_organizers: false,
            });
            if let Wanted::Bot(bot) = &row.wanted {
                let bot = an_applied_bot(bot).but(|bot| bot.config = ConfigDigest::kept("0f"));
                row.applied = Applied::Bot(Box::new(bot));
            }
            row.attempts = Attempts {
                count: 2,
                not_before: Some(at("09:00:00.000001")),
                last_error: Some("busy".to_owned()),
            };
            row.abandoned = Some(Abandonment {
                generation: Generation(0),
                reason: "over".to_owned(),
            });
            row.version = Version(5);
        })
    }

    #[test]
    fn the_first_shape_is_read() {
        assert_eq!(decision(&first_shape()), Ok(first_shape_read()));
    }

    /// What was added since is optional, so that the build before reads it too.
    #[test]
    fn what_is_written_is_the_first_shape_and_what_was_added_since() {
        let before = first_shape_read().but(|row| row.version = Version(4));
        let mut written = attributes(&before);
        assert!(written.remove("offer").is_some());
        assert_eq!(written, first_shape());
    }

    #[test_case("v", number(2), Unreadable::UnknownShape; "of a later build")]
    #[test_case("verdict", text("maybe"), Unreadable::Malformed("verdict"); "a third verdict")]
    #[test_case("starts_at", text("2090-03-06"), Unreadable::Malformed("starts_at"); "an instant in words")]
    #[test_case("version", number(-1), Unreadable::Malformed("version"); "a number out of range")]
    #[test_case("event_id", text("../bot"), Unreadable::Malformed("event_id"); "no id")]
    #[test_case("wanted", text("bot"), Unreadable::Malformed("wanted"); "no map")]
    fn what_makes_no_sense_is_named_and_not_shown(
        name: &str,
        value: aws_sdk_dynamodb::types::AttributeValue,
        expected: Unreadable,
    ) {
        let mut row = first_shape();
        row.insert(name.to_owned(), value);
        assert_eq!(decision(&row), Err(expected));
    }

    #[test_case(SHAPE; "its version")]
    #[test_case("seen"; "a map")]
    #[test_case("reason"; "a text")]
    #[test_case("ends_at"; "an instant")]
    fn what_is_always_written_may_not_be_missing(name: &'static str) {
        let mut row = first_shape();
        row.remove(name);
        assert_eq!(decision(&row), Err(Unreadable::Missing(name)));
    }

    /// The build before takes it for doubt, which is mended by calling again.
    #[test]
    fn what_is_more_than_doubt_is_marked_beside_it() {
        let certain = first_shape_read();
        let Applied::Bot(bot) = certain.applied.clone() else {
            panic!("a bot is applied")
        };
        for applied in [Applied::TooMany(bot.clone()), Applied::Dispatched(bot)] {
            let row = certain.clone().but(|row| row.applied = applied.clone());
            let row = attributes(&row);
            let written = Reading::entry(&row).map("applied").expect("a map");
            assert!(written.text("doubt").is_ok());
            assert_eq!(decision(&row).map(|row| row.applied), Ok(applied));
        }
    }

    #[test]
    fn the_names_a_platform_gives_come_back_and_older_rows_have_none() {
        let named = a_decision().but(|row| {
            row.series = SeriesId::parse("series-1").ok();
            row.version = Version(1);
        });
        let mut row = attributes(&named);
        row.insert(VERSION.to_owned(), number(1));
        assert_eq!(decision(&row), Ok(named.clone()));
        row.remove(PLATFORM_ID);
        row.remove(SERIES);
        let older = named.but(|row| (row.platform_id, row.series) = (None, None));
        assert_eq!(decision(&row), Ok(older));
    }
}
