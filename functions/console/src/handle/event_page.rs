//! The parameters of a page of events: a period, filters, a cursor.

use callsheet_app::bot_state::BotState;
use callsheet_app::row_page::{PageQuery, Place, RowFilter};
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::caller::Caller;
use crate::cursor::decode;
use crate::parameters::{CURSOR, Parameters, changed_query};

/// The events of a page, unless the request says how many.
const USUAL: usize = 50;
/// The most events of a page.
const MOST: usize = 200;

/// How long a period is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    /// Unless the request says it.
    pub(super) usual: SignedDuration,
    /// At most.
    pub(super) longest: SignedDuration,
    /// What is expected of its end, for a person.
    pub(super) expected: &'static str,
}

/// What the parameters of a caller say. A period begins with the day in the zone, unless they say
/// otherwise.
pub(super) fn page_query(
    given: &mut Parameters,
    caller: Caller<'_>,
    zone: &TimeZone,
    lengths: Lengths,
) -> PageQuery {
    let from = given.instant("from");
    let from = from.unwrap_or_else(|| begin_of_day(caller.now, zone));
    let until = given.instant("until");
    let until = until.unwrap_or_else(|| plus(from, lengths.usual));
    if until <= from || until > plus(from, lengths.longest) {
        given.refuse("until", lengths.expected);
    }
    let place = given.one("cursor", CURSOR, decode);
    let verdict = |text: &str| match text {
        "record" => Some(true),
        "skip" => Some(false),
        _ => None,
    };
    let title = given.text("q");
    if title.is_some() && !caller.sees_titles() {
        given.refuse("q", "nothing: titles are shown to owners only");
    }
    let bots = "a state of bots, such as scheduled";
    PageQuery {
        from,
        until,
        after: place.filter(|place: &Place| place.starts_at < until),
        most: given.limit(MOST, USUAL),
        filter: RowFilter {
            is_recorded: given.one("verdict", "record or skip", verdict),
            needs_attention: given.flag("needs_attention"),
            bot: given.one("bot", bots, BotState::parse),
            title,
            ..RowFilter::default()
        },
    }
}

/// The query of the page that a cursor leads to. Its period is the one that was read, whatever the
/// day is by then.
pub(super) fn next_page(query: &str, read: &PageQuery, cursor: Option<&str>) -> Option<String> {
    let changed = [
        ("from", Some(read.from.to_string())),
        ("until", Some(read.until.to_string())),
        ("cursor", Some(cursor?.to_owned())),
    ];
    Some(changed_query(query, &changed))
}

/// When the day of an instant began in a zone. The instant itself, if no day has a begin there.
fn begin_of_day(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let begin = now.to_zoned(zone.clone()).start_of_day();
    begin.map_or(now, |begin| begin.timestamp())
}
