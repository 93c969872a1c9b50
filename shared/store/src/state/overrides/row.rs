//! The shapes of what people said: a word, a pause, the head that counts them.

use callsheet_domain::{
    Actor, IcalUid, InvalidId, Override, OverrideChoice, OverrideRevision, OverrideScope,
    Overrides, Pause, PlatformEventId, SeriesId,
};

use crate::attributes::{Attributes, Reading, Unreadable};
use crate::state::SORT;

/// How the sort key of every row here begins.
pub(super) const ALL: &str = "preference";
/// The sort key of the head. It comes after those that it counts.
pub(in crate::state) const HEAD: &str = "preferences";
pub(super) const PAUSE: &str = "preference#pause";
/// How that of a word begins, by what it is about.
const EVENT: &str = "preference#event#";
const SERIES: &str = "preference#series#";
const PLATFORM_SERIES: &str = "preference#platform-series#";

pub(super) const REVISION: &str = "revision";

/// The rows of one calendar, as they come.
#[derive(Debug, Default)]
pub(super) struct Rows {
    overrides: Overrides,
    counted: Option<OverrideRevision>,
}

impl Rows {
    pub(super) fn take(&mut self, attributes: &Attributes) -> Result<(), Unreadable> {
        let row = Reading::row(attributes)?;
        let sort = row.text(SORT)?;
        if sort == HEAD {
            self.counted = Some(head(attributes)?);
            return Ok(());
        }
        let revision = OverrideRevision(row.number(REVISION)?);
        let by = row.text_if_any("by")?.map(Actor::parse).transpose();
        let by = by.map_err(|_| Unreadable::Malformed("by"))?;
        let at = row.instant("at")?;
        if sort == PAUSE {
            let until = row.instant("until")?;
            self.overrides.pause = Some(Pause {
                until,
                revision,
                by,
                at,
            });
        } else {
            let choice = row.parsed("choice", str::parse::<OverrideChoice>)?;
            let stored = Override {
                choice,
                revision,
                by,
                at,
            };
            self.overrides.by_scope.insert(subject(sort)?, stored);
        }
        self.overrides.revision = self.overrides.revision.max(revision);
        Ok(())
    }

    pub(super) fn overrides(self) -> Overrides {
        Overrides {
            revision: self.counted.unwrap_or(self.overrides.revision),
            ..self.overrides
        }
    }
}

/// The revision that a head row says.
pub(in crate::state) fn head(attributes: &Attributes) -> Result<OverrideRevision, Unreadable> {
    let row = Reading::row(attributes)?;
    Ok(OverrideRevision(row.number(REVISION)?))
}

/// The sort key of a word about `subject`.
pub(super) fn sort(subject: &OverrideScope) -> String {
    match subject {
        OverrideScope::Event(id) => format!("{EVENT}{id}"),
        OverrideScope::Series(ical_uid) => format!("{SERIES}{ical_uid}"),
        OverrideScope::PlatformSeries(id) => format!("{PLATFORM_SERIES}{id}"),
    }
}

/// What a word is about. Something else is of a later build; to pass over it
/// might record what somebody asked not to be.
fn subject(sort: &str) -> Result<OverrideScope, Unreadable> {
    let named =
        |name: Result<OverrideScope, InvalidId>| name.map_err(|_| Unreadable::Malformed(SORT));
    if let Some(id) = sort.strip_prefix(EVENT) {
        named(PlatformEventId::parse(id).map(OverrideScope::Event))
    } else if let Some(ical_uid) = sort.strip_prefix(SERIES) {
        named(IcalUid::parse(ical_uid).map(OverrideScope::Series))
    } else if let Some(id) = sort.strip_prefix(PLATFORM_SERIES) {
        named(SeriesId::parse(id).map(OverrideScope::PlatformSeries))
    } else {
        Err(Unreadable::UnknownShape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Writing;
    use callsheet_testkit::at;
    use test_case::test_case;

    /// What an earlier build wrote of a word about a series.
    fn earlier(series: &str, word: &str, revision: u64) -> Attributes {
        Writing::row()
            .text(SORT, format!("{SERIES}{series}"))
            .text("choice", word)
            .number(REVISION, revision)
            .instant("at", at("09:00"))
            .attributes()
    }

    fn read<const N: usize>(rows: [Attributes; N]) -> Overrides {
        let mut read = Rows::default();
        for row in rows {
            read.take(&row).expect("a row of ours");
        }
        read.overrides()
    }

    fn series(name: &str) -> OverrideScope {
        OverrideScope::Series(IcalUid::parse(name).expect("an ical_uid"))
    }

    #[test]
    fn words_that_an_earlier_build_wrote_are_read() {
        let read = read([earlier("a", "skip", 3), earlier("b", "record", 2)]);
        let expected = Override {
            choice: OverrideChoice::Skip,
            revision: OverrideRevision(3),
            by: None,
            at: at("09:00"),
        };
        assert_eq!(read.by_scope[&series("a")], expected);
        assert_eq!(read.by_scope[&series("b")].choice, OverrideChoice::Record);
        assert_eq!(read.revision, OverrideRevision(3));
    }

    #[test]
    fn a_word_that_came_after_the_head_was_read_is_not_counted() {
        let head = Writing::row().text(SORT, HEAD).number(REVISION, 4);
        let read = read([head.attributes(), earlier("a", "skip", 5)]);
        assert_eq!(read.revision, OverrideRevision(4));
        assert_eq!(read.by_scope[&series("a")].revision, OverrideRevision(5));
    }

    #[test_case("preference#mood"; "about something else")]
    #[test_case("preference#platform-event#a"; "about a subject to come")]
    #[test_case("preference-series"; "of another shape")]
    fn what_a_later_build_wrote_is_not_passed_over(sort: &str) {
        let row = Writing::row()
            .text(SORT, sort)
            .text("choice", "skip")
            .number(REVISION, 1)
            .instant("at", at("09:00"));
        let problem = Rows::default().take(&row.attributes());
        assert_eq!(problem, Err(Unreadable::UnknownShape));
    }
}
