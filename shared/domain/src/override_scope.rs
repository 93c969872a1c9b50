//! The events that an override applies to, by the platforms' names of them.
//!
//! | platform | a series shows as | its split-offs ("this and following events") show as |
//! |---|---|---|
//! | Google | `recurringEventId: k3v9`, `ical_uid: k3v9@google.com` | `recurringEventId: k3v9_R20900306T100000`, `ical_uid: k3v9_R20900306T100000@google.com` |
//! | Outlook, called by Google | `seriesMasterId`; the `ical_uid` holds Google's, in hexadecimal | another `seriesMasterId`; the `ical_uid` holds Google's |
//! | Outlook | `seriesMasterId`; the `ical_uid` of an occurrence holds its date | another `seriesMasterId`, another `ical_uid`: nothing names the series before |
//!
//! So a series and its split-offs have one name, that of the series before any split,
//! wherever the platform shows it. In an Outlook series that Outlook split they are two.
//!
//! An event of a Google series is `k3v9_20900313T100000Z`, by its original start, also
//! after a split. A split that moves the series to another time gives its events other
//! names: they are other events.

use crate::id::{IcalUid, PlatformEventId, SeriesId};

/// The first half of each `ical_uid` that Exchange makes, in hexadecimal.
const GLOBAL_OBJECT_ID: &str = "040000008200E00074C5B7101A82E008";
/// The end of the date of the occurrence, which follows.
const DATE_END: usize = GLOBAL_OBJECT_ID.len() + 8;
/// The end of the time of creation, of eight bytes that are reserved, and of a length.
const HEADER_END: usize = DATE_END + 16 + 16 + 8;
/// `vCal-Uid` and a version, in hexadecimal: the `ical_uid` of another service follows.
const FOREIGN_UID: &str = "7643616C2D55696401000000";
const GOOGLE: &str = "google.com";

/// The events that an override applies to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverrideScope {
    /// One event, by the platform's id of it.
    Event(PlatformEventId),
    /// A series by its `ical_uid`, or an event that belongs to none.
    Series(IcalUid),
    /// A series, by the platform's id of it.
    PlatformSeries(SeriesId),
}

impl OverrideScope {
    /// This scope by the name that it has before any split of its series.
    #[must_use]
    pub fn before_splits(&self) -> Self {
        let text = |text: &str| without_splits(text);
        match self {
            Self::Event(id) => {
                PlatformEventId::parse(text(id.as_str())).map_or_else(|_| self.clone(), Self::Event)
            }
            Self::PlatformSeries(id) => SeriesId::parse(text(id.as_str()))
                .map_or_else(|_| self.clone(), Self::PlatformSeries),
            Self::Series(ical_uid) => IcalUid::parse(series_uid(ical_uid.as_str()))
                .map_or_else(|_| self.clone(), Self::Series),
        }
    }

    /// The scope of the series of an event, by the name of it that stays longest.
    #[must_use]
    pub fn series(series: Option<&SeriesId>, ical_uid: &IcalUid) -> Self {
        let by_uid = Self::Series(ical_uid.clone()).before_splits();
        let Some(by_series) = series.map(|id| Self::PlatformSeries(id.clone()).before_splits())
        else {
            return by_uid;
        };
        match (&by_series, &by_uid) {
            (Self::PlatformSeries(id), Self::Series(uid)) => match google_id(uid.as_str()) {
                // Outlook shows a series of Google, whose split-offs have other ids there.
                Some(of_google) if of_google != id.as_str() => by_uid,
                _ => by_series,
            },
            _ => by_series,
        }
    }

    /// Whether the scope has the event with these names.
    #[must_use]
    pub fn includes(
        &self,
        event: Option<&PlatformEventId>,
        series: Option<&SeriesId>,
        ical_uid: &IcalUid,
    ) -> bool {
        let scope = self.before_splits();
        let event = event.map(|id| Self::Event(id.clone()).before_splits());
        event.as_ref() == Some(&scope) || Self::of_series(series, ical_uid).contains(&scope)
    }

    /// The scopes of the series of an event, each by another name of it.
    pub(crate) fn of_series(series: Option<&SeriesId>, ical_uid: &IcalUid) -> Vec<Self> {
        let by_uid = Self::Series(ical_uid.clone()).before_splits();
        let by_series = series.map(|id| Self::PlatformSeries(id.clone()).before_splits());
        let mut scopes: Vec<_> = by_series.into_iter().collect();
        if let Self::Series(ical_uid) = &by_uid
            && let Some(id) = google_id(ical_uid.as_str())
        {
            scopes.extend(SeriesId::parse(id).map(Self::PlatformSeries));
        }
        if let Some(Self::PlatformSeries(id)) = scopes.first() {
            let uid = format!("{id}@{GOOGLE}");
            scopes.extend(IcalUid::parse(uid).map(Self::Series));
        }
        scopes.push(by_uid);
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

/// A Google id without the marks of splits: `k3v9_R20900306T100000` is `k3v9`.
fn without_splits(id: &str) -> String {
    let mut parts = id.split('_');
    let first = parts.next().unwrap_or_default();
    let rest = parts.filter(|part| !is_split_mark(part));
    let kept: Vec<_> = std::iter::once(first).chain(rest).collect();
    kept.join("_")
}

/// Whether this part of an id is the start of a split-off: `R20900306T100000`, or
/// `R20900306` if it has no time.
fn is_split_mark(part: &str) -> bool {
    let Some(start) = part.strip_prefix('R') else {
        return false;
    };
    let (date, time) = start.split_once('T').unwrap_or((start, "000000"));
    is_number(date, 8) && is_number(time.strip_suffix('Z').unwrap_or(time), 6)
}

/// Whether a text is a number of so many digits.
pub(crate) fn is_number(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The `ical_uid` of the series that an event with this `ical_uid` belongs to.
pub(crate) fn series_uid(ical_uid: &str) -> String {
    if let Some(id) = google_id(ical_uid) {
        return format!("{}@{GOOGLE}", without_splits(id));
    }
    let Some(exchange) = ExchangeUid::parse(ical_uid) else {
        return ical_uid.to_owned();
    };
    match exchange.foreign() {
        Some(foreign) if google_id(&foreign).is_some() => series_uid(&foreign),
        Some(foreign) => foreign,
        None => exchange.of_series(),
    }
}

/// An `ical_uid` that Exchange made, in upper case.
#[derive(Debug)]
pub(crate) struct ExchangeUid(String);

impl ExchangeUid {
    /// None if another service made it.
    pub(crate) fn parse(ical_uid: &str) -> Option<Self> {
        let upper = ical_uid.to_ascii_uppercase();
        let is_exchange = upper.starts_with(GLOBAL_OBJECT_ID)
            && upper.len() > HEADER_END
            && upper.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_exchange.then_some(Self(upper))
    }

    /// The `ical_uid` of the other service that called the meeting, if one did.
    pub(crate) fn foreign(&self) -> Option<String> {
        let foreign = self.0[HEADER_END..].strip_prefix(FOREIGN_UID);
        foreign.and_then(text_of_hex)
    }

    /// The date on which the occurrence was called, as `20900306`; none if it is of no series.
    pub(crate) fn date(&self) -> Option<String> {
        let date = &self.0[GLOBAL_OBJECT_ID.len()..DATE_END];
        let [year, month, day] = [&date[..4], &date[4..6], &date[6..]]
            .map(|number| u16::from_str_radix(number, 16).unwrap_or_default());
        (year > 0).then(|| format!("{year:04}{month:02}{day:02}"))
    }

    /// The whole `ical_uid`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn of_series(&self) -> String {
        format!("{GLOBAL_OBJECT_ID}00000000{}", &self.0[DATE_END..])
    }
}

/// The id in an `ical_uid` that Google made.
fn google_id(ical_uid: &str) -> Option<&str> {
    let (id, domain) = ical_uid.rsplit_once('@')?;
    domain.eq_ignore_ascii_case(GOOGLE).then_some(id)
}

/// The text that is written in hexadecimal, up to its first zero byte.
fn text_of_hex(hex: &str) -> Option<String> {
    let byte = |start: usize| u8::from_str_radix(hex.get(start..start + 2)?, 16).ok();
    let bytes = (0..hex.len()).step_by(2).map(byte);
    let bytes: Option<Vec<_>> = bytes.collect();
    let text: Vec<_> = bytes?.into_iter().take_while(|byte| *byte != 0).collect();
    String::from_utf8(text).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("k3v9", "k3v9"; "a series")]
    #[test_case("k3v9_R20900306T100000", "k3v9"; "a split-off")]
    #[test_case("k3v9_R20900306", "k3v9"; "a split-off of whole days")]
    #[test_case("k3v9_R20900306T100000_R20900406T100000", "k3v9"; "a split-off of a split-off")]
    #[test_case("k3v9_20900313T100000Z", "k3v9_20900313T100000Z"; "an event")]
    #[test_case("k3v9_R20900306T100000_20900313T100000Z", "k3v9_20900313T100000Z"; "an event of a split-off")]
    #[test_case("_60q30c1g60o30e1i60o4ac1g60rj8gpl", "_60q30c1g60o30e1i60o4ac1g60rj8gpl"; "an event from elsewhere")]
    #[test_case("AAMkAD_R2090-Z", "AAMkAD_R2090-Z"; "an id of Outlook")]
    #[test_case("k3v9_R20900306T10000", "k3v9_R20900306T10000"; "not a time")]
    #[test_case("_R20900306T100000", "_R20900306T100000"; "nothing but a mark")]
    fn a_split_off_of_google_has_the_name_of_its_series(id: &str, expected: &str) {
        let scope = OverrideScope::PlatformSeries(SeriesId::parse(id).expect("an id"));
        let expected = SeriesId::parse(expected).expect("an id");
        assert_eq!(
            scope.before_splits(),
            OverrideScope::PlatformSeries(expected)
        );
    }

    /// An `ical_uid` of Exchange: an occurrence on a date, in hexadecimal, with this end.
    fn exchange(date: &str, end: &str) -> String {
        format!("{GLOBAL_OBJECT_ID}{date}B06D44BD9DFCD701000000000000000010000000{end}")
    }

    fn hex(text: &str) -> String {
        let bytes: Vec<_> = text.bytes().map(|byte| format!("{byte:02X}")).collect();
        bytes.concat()
    }

    #[test]
    fn an_ical_uid_names_its_series() {
        let own = "0F3C6A2B91D84E7FA5C0D1E2F3A4B5C6";
        let foreign = |uid: &str| exchange("082A0306", &format!("{FOREIGN_UID}{}00", hex(uid)));
        for (uid, expected) in [
            ("k3v9@google.com".to_owned(), "k3v9@google.com".to_owned()),
            (
                "k3v9_R20900306T100000@google.com".to_owned(),
                "k3v9@google.com".to_owned(),
            ),
            (
                "uid_R20900306T100000@other.example".to_owned(),
                "uid_R20900306T100000@other.example".to_owned(),
            ),
            (exchange("082A0306", own), exchange("00000000", own)),
            (
                exchange("082a030d", own).to_lowercase(),
                exchange("00000000", own),
            ),
            (
                foreign("k3v9_R20900306T100000@google.com"),
                "k3v9@google.com".to_owned(),
            ),
            (
                foreign("7d1f@other.example"),
                "7d1f@other.example".to_owned(),
            ),
            ("040000008200E0".to_owned(), "040000008200E0".to_owned()),
        ] {
            assert_eq!(series_uid(&uid), expected, "{uid}");
        }
    }

    #[test]
    fn names_that_are_not_understood_stay_as_they_are() {
        let bad = [
            exchange("082A0306", &format!("{FOREIGN_UID}FF00")),
            exchange("082A0306", &format!("{FOREIGN_UID}6")),
            exchange("082A0306", FOREIGN_UID),
            exchange("08é30306", "00"),
        ];
        for uid in bad {
            assert!(!series_uid(&uid).is_empty(), "{uid}");
        }
    }

    #[test_case(Some("k3v9_R20900306T100000"), "k3v9_R20900306T100000@google.com", "k3v9"; "Google")]
    #[test_case(Some("k3v9"), "7d1f@other.example", "k3v9"; "Google, called elsewhere")]
    #[test_case(Some("AAMk="), "k3v9_R20900306T100000@google.com", "k3v9@google.com"; "Outlook, called by Google")]
    #[test_case(Some("AAMk="), "040000008200E0", "AAMk="; "Outlook")]
    #[test_case(None, "k3v9_R20900306T100000@google.com", "k3v9@google.com"; "without an id")]
    fn the_name_of_a_series_that_stays_longest(series: Option<&str>, uid: &str, expected: &str) {
        let series = series.map(|id| SeriesId::parse(id).expect("an id"));
        let ical_uid = IcalUid::parse(uid).expect("an ical_uid");
        let scope = OverrideScope::series(series.as_ref(), &ical_uid);
        let name = match &scope {
            OverrideScope::PlatformSeries(id) => id.as_str(),
            OverrideScope::Series(uid) => uid.as_str(),
            OverrideScope::Event(_) => unreachable!("it is no event"),
        };
        assert_eq!(name, expected);
        assert!(OverrideScope::of_series(series.as_ref(), &ical_uid).contains(&scope));
    }

    /// The series by its id, and an event that shows only the `ical_uid`, or the reverse.
    #[test]
    fn a_series_of_google_has_one_name_more_than_one_way() {
        let ical_uid = IcalUid::parse("k3v9_R20900306T100000@google.com").expect("an ical_uid");
        let series = SeriesId::parse("k3v9_R20900306T100000").expect("an id");
        let scopes = OverrideScope::of_series(Some(&series), &ical_uid);
        assert_eq!(scopes, OverrideScope::of_series(None, &ical_uid));
        assert_eq!(scopes.len(), 2, "{scopes:?}");
    }
}
