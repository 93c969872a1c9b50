//! What every implementation of `PreferenceBook` must do.

use std::collections::BTreeSet;

use callsheet_app::ports::PreferenceBook;
use callsheet_domain::{CalendarId, IcalUid, Preference, PreferenceRevision, Preferences, Word};
use futures_util::future::join_all;

use crate::{a_calendar, an_event, at};

fn series(name: &str) -> IcalUid {
    IcalUid::parse(name).expect("an ical_uid")
}

async fn words(book: &impl PreferenceBook, calendar: &CalendarId) -> Preferences {
    book.preferences(calendar).await.expect("the store answers")
}

async fn say(book: &impl PreferenceBook, calendar: &CalendarId, of: &IcalUid, word: Word) -> u64 {
    let marked = book.mark_series(calendar, of, word, at("09:00")).await;
    marked.expect("the store answers").0
}

fn spoken(word: Word, revision: u64) -> Preference {
    let revision = PreferenceRevision(revision);
    Preference { word, revision }
}

/// A calendar that nobody spoke about has no words.
///
/// # Panics
/// If the law does not hold.
pub async fn nobody_has_spoken_at_first(book: &impl PreferenceBook) {
    assert_eq!(words(book, &a_calendar().id).await, Preferences::default());
}

/// The first word is revision one, each next one the next, said again or not,
/// and the last one stands.
///
/// # Panics
/// If the law does not hold.
pub async fn each_word_raises_the_revision(book: &impl PreferenceBook) {
    let (calendar, weekly) = (a_calendar().id, an_event().ical_uid);
    for (word, revision) in [(Word::Record, 1), (Word::Skip, 2), (Word::Skip, 3)] {
        assert_eq!(say(book, &calendar, &weekly, word).await, revision);
        let read = words(book, &calendar).await.of(&weekly);
        assert_eq!(read, Some(spoken(word, revision)));
    }
}

/// A word taken back stays known, so that the next one is later than it.
///
/// # Panics
/// If the law does not hold.
pub async fn a_word_taken_back_is_kept(book: &impl PreferenceBook) {
    let (calendar, weekly) = (a_calendar().id, an_event().ical_uid);
    say(book, &calendar, &weekly, Word::Skip).await;
    say(book, &calendar, &weekly, Word::AskPolicy).await;
    let read = words(book, &calendar).await.of(&weekly);
    assert_eq!(read, Some(spoken(Word::AskPolicy, 2)));
    assert_eq!(say(book, &calendar, &weekly, Word::Skip).await, 3);
}

/// A word holds for one series of one calendar, whatever its name looks like.
///
/// # Panics
/// If the law does not hold.
pub async fn words_are_kept_apart(book: &impl PreferenceBook) {
    let ours = a_calendar().id;
    let theirs = CalendarId::parse("calendar-bo").expect("an id");
    let names = [
        "a",
        "a#b",
        "#",
        "series#a",
        "ü\u{1F680}\"'",
        &"é".repeat(480),
    ];
    for name in names {
        assert_eq!(say(book, &ours, &series(name), Word::Skip).await, 1);
    }
    assert_eq!(say(book, &theirs, &series("a"), Word::Record).await, 1);
    let read = words(book, &ours).await;
    assert_eq!(read.series.len(), names.len());
    for name in names {
        assert_eq!(
            read.of(&series(name)),
            Some(spoken(Word::Skip, 1)),
            "{name}"
        );
    }
    let read = words(book, &theirs).await;
    assert_eq!(read.series.len(), 1);
    assert_eq!(read.of(&series("a")), Some(spoken(Word::Record, 1)));
}

/// Of words spoken at once each gets a revision of its own.
///
/// # Panics
/// If the law does not hold.
pub async fn words_spoken_at_once_all_count(book: &impl PreferenceBook) {
    let (calendar, weekly) = (a_calendar().id, an_event().ical_uid);
    let speakers = (0..8).map(|_| say(book, &calendar, &weekly, Word::Skip));
    let revisions: BTreeSet<_> = join_all(speakers).await.into_iter().collect();
    assert_eq!(revisions, (1..=8).collect());
    let read = words(book, &calendar).await.of(&weekly);
    assert_eq!(read, Some(spoken(Word::Skip, 8)));
}

/// More words than one answer holds are read.
///
/// # Panics
/// If the law does not hold.
pub async fn many_words_are_read_to_the_end(book: &impl PreferenceBook) {
    // An answer ends after a megabyte; the longest names come to somewhat more.
    let calendar = a_calendar().id;
    let name = |index| series(&format!("{index:04}{}", "x".repeat(950)));
    for batch in 0..24 {
        let speakers = (0..50).map(|index| name(batch * 50 + index));
        let speakers = speakers.map(async |name| say(book, &calendar, &name, Word::Skip).await);
        join_all(speakers).await;
    }
    assert_eq!(words(book, &calendar).await.series.len(), 1_200);
}
