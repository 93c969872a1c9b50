//! What every implementation of `OverrideStore` must do.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_app::ports::OverrideStore;
use callsheet_domain::{
    Actor, CalendarId, IcalUid, Override, OverrideChoice, OverrideRevision, OverrideScope,
    Overrides, Pause, PlatformEventId, SeriesId, Timestamp,
};
use futures_util::future::join_all;

use crate::{a_calendar, an_actor, an_event, at};

fn event(name: &str) -> OverrideScope {
    OverrideScope::Event(PlatformEventId::parse(name).expect("a name"))
}

fn series(name: &str) -> OverrideScope {
    OverrideScope::Series(IcalUid::parse(name).expect("an ical_uid"))
}

fn platform_series(name: &str) -> OverrideScope {
    OverrideScope::PlatformSeries(SeriesId::parse(name).expect("a name"))
}

fn weekly() -> OverrideScope {
    OverrideScope::Series(an_event().ical_uid)
}

async fn words(book: &impl OverrideStore, calendar: &CalendarId) -> Overrides {
    book.overrides(calendar).await.expect("the store answers")
}

/// The last word about a subject.
async fn word(book: &impl OverrideStore, of: &OverrideScope) -> Option<Override> {
    words(book, &a_calendar().id).await.by_scope.remove(of)
}

/// Speaks, as often as the store says that too many do.
async fn say_on(
    book: &impl OverrideStore,
    calendar: &CalendarId,
    of: &OverrideScope,
    choice: OverrideChoice,
) -> u64 {
    loop {
        match book
            .set_override(calendar, of, choice, &an_actor(), at("09:00"))
            .await
        {
            Ok(revision) => return revision.0,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store answers: {error}"),
        }
    }
}

async fn say(book: &impl OverrideStore, of: &OverrideScope, choice: OverrideChoice) -> u64 {
    say_on(book, &a_calendar().id, of, choice).await
}

async fn pause(book: &impl OverrideStore, until: Timestamp) -> u64 {
    let (calendar, by) = (a_calendar().id, an_actor());
    let paused = book.pause(&calendar, until, &by, at("09:00"));
    paused.await.expect("the store answers").0
}

fn override_revision(choice: OverrideChoice, revision: u64) -> Override {
    Override {
        choice,
        revision: OverrideRevision(revision),
        by: Some(an_actor()),
        at: at("09:00"),
    }
}

/// A calendar that nobody spoke about has no words.
///
/// # Panics
/// If the law does not hold.
pub async fn nobody_has_spoken_at_first(book: &impl OverrideStore) {
    assert_eq!(words(book, &a_calendar().id).await, Overrides::default());
}

/// The first word is revision one, each next one the next, said again or not,
/// and the last one stands.
///
/// # Panics
/// If the law does not hold.
pub async fn each_word_raises_the_revision(book: &impl OverrideStore) {
    for (said, revision) in [
        (OverrideChoice::Record, 1),
        (OverrideChoice::Skip, 2),
        (OverrideChoice::Skip, 3),
    ] {
        assert_eq!(say(book, &weekly(), said).await, revision);
        assert_eq!(
            word(book, &weekly()).await,
            Some(override_revision(said, revision))
        );
    }
}

/// Words about different subjects and pauses are counted together, by calendar:
/// each next one is higher than any before, and the calendar's is the highest.
///
/// # Panics
/// If the law does not hold.
pub async fn all_that_is_said_about_a_calendar_is_counted_together(book: &impl OverrideStore) {
    let (ours, theirs) = (
        a_calendar().id,
        CalendarId::parse("calendar-bo").expect("an id"),
    );
    assert_eq!(say(book, &event("a"), OverrideChoice::Skip).await, 1);
    assert_eq!(say(book, &series("a"), OverrideChoice::Record).await, 2);
    assert_eq!(pause(book, at("12:00")).await, 3);
    assert_eq!(
        say_on(book, &theirs, &series("a"), OverrideChoice::Skip).await,
        1
    );
    assert_eq!(
        say(book, &platform_series("a"), OverrideChoice::Clear).await,
        4
    );
    assert_eq!(say(book, &event("a"), OverrideChoice::Record).await, 5);
    let read = words(book, &ours).await;
    assert_eq!(read.revision, OverrideRevision(5));
    assert_eq!(
        read.by_scope[&event("a")],
        override_revision(OverrideChoice::Record, 5)
    );
    assert_eq!(
        read.by_scope[&series("a")],
        override_revision(OverrideChoice::Record, 2)
    );
    assert_eq!(
        read.by_scope[&platform_series("a")],
        override_revision(OverrideChoice::Clear, 4)
    );
    let read = words(book, &theirs).await;
    assert_eq!((read.by_scope.len(), read.pause), (1, None));
    assert_eq!(read.revision, OverrideRevision(1));
}

/// The last pause stands, whether it is longer, shorter, or past; it is no word.
///
/// # Panics
/// If the law does not hold.
pub async fn the_last_pause_stands(book: &impl OverrideStore) {
    let untils = ["12:00:00.000001", "18:00", "08:00"].map(at);
    for (until, revision) in untils.into_iter().zip(1..) {
        assert_eq!(pause(book, until).await, revision);
        let read = words(book, &a_calendar().id).await;
        let expected = Pause {
            until,
            revision: OverrideRevision(revision),
            by: Some(an_actor()),
            at: at("09:00"),
        };
        assert_eq!(read.pause, Some(expected));
        assert!(read.by_scope.is_empty());
        assert_eq!(read.revision, OverrideRevision(revision));
    }
}

/// A word taken back stays known, so that the next one is later than it.
///
/// # Panics
/// If the law does not hold.
pub async fn a_word_taken_back_is_kept(book: &impl OverrideStore) {
    say(book, &weekly(), OverrideChoice::Skip).await;
    say(book, &weekly(), OverrideChoice::Clear).await;
    let read = word(book, &weekly()).await;
    assert_eq!(read, Some(override_revision(OverrideChoice::Clear, 2)));
    assert_eq!(say(book, &weekly(), OverrideChoice::Skip).await, 3);
}

/// Who spoke and when is kept as it was said.
///
/// # Panics
/// If the law does not hold.
pub async fn who_spoke_and_when_is_kept(book: &impl OverrideStore) {
    let by = Actor::parse("Jürgen \u{1F680} \"von\" #1").expect("a name");
    let (calendar, weekly, now) = (a_calendar().id, weekly(), at("09:00:00.654321"));
    let said = book.set_override(&calendar, &weekly, OverrideChoice::Skip, &by, now);
    said.await.expect("the store answers");
    let read = word(book, &weekly).await.expect("it was said");
    assert_eq!((read.by, read.at), (Some(by), now));
}

/// A word holds for one subject of one calendar, whatever its name looks like.
///
/// # Panics
/// If the law does not hold.
pub async fn words_are_kept_apart(book: &impl OverrideStore) {
    let theirs = CalendarId::parse("calendar-bo").expect("an id");
    let longest = "é".repeat(480);
    let names = [
        "a",
        "a#b",
        "#",
        "series#a",
        "event#a",
        "pause",
        "s",
        "ü\u{1F680}\"'",
        &longest,
    ];
    let subjects: Vec<_> = names
        .into_iter()
        .flat_map(|name| [event(name), series(name), platform_series(name)])
        .collect();
    for (subject, revision) in subjects.iter().zip(1..) {
        assert_eq!(say(book, subject, OverrideChoice::Skip).await, revision);
    }
    assert_eq!(
        say_on(book, &theirs, &series("a"), OverrideChoice::Record).await,
        1
    );
    let read = words(book, &a_calendar().id).await;
    assert_eq!(read.by_scope.len(), subjects.len());
    for (subject, revision) in subjects.iter().zip(1..) {
        assert_eq!(
            read.by_scope[subject],
            override_revision(OverrideChoice::Skip, revision),
            "{subject:?}"
        );
    }
    let read = words(book, &theirs).await;
    assert_eq!(read.by_scope.len(), 1);
    assert_eq!(
        read.by_scope[&series("a")],
        override_revision(OverrideChoice::Record, 1)
    );
}

/// Of words spoken at once, about one subject or several, each gets a revision
/// of its own.
///
/// # Panics
/// If the law does not hold.
pub async fn words_spoken_at_once_all_count(book: &impl OverrideStore) {
    let subjects = [weekly(), event("a"), weekly(), event("b")];
    for round in 0..2 {
        let speakers = subjects
            .iter()
            .map(|subject| say(book, subject, OverrideChoice::Skip));
        let revisions: BTreeSet<_> = join_all(speakers).await.into_iter().collect();
        assert_eq!(revisions, (round * 4 + 1..=round * 4 + 4).collect());
    }
    let read = words(book, &a_calendar().id).await;
    let latest = read
        .by_scope
        .values()
        .map(|override_revision| override_revision.revision)
        .max();
    assert_eq!(latest, Some(OverrideRevision(8)));
    assert_eq!(
        (read.by_scope.len(), read.revision),
        (3, OverrideRevision(8))
    );
}

/// More words than one answer holds are read.
///
/// # Panics
/// If the law does not hold.
pub async fn many_words_are_read_to_the_end(book: &impl OverrideStore) {
    // An answer ends after a megabyte; the longest names come to somewhat more.
    let by = Actor::parse("\u{1F680}".repeat(200)).expect("a name");
    let calendar = a_calendar().id;
    for index in 0..600 {
        let subject = series(&format!("{index:04}{}", "x".repeat(950)));
        let said = book.set_override(&calendar, &subject, OverrideChoice::Skip, &by, at("09:00"));
        said.await.expect("the store answers");
    }
    let read = words(book, &calendar).await;
    assert_eq!(
        (read.by_scope.len(), read.revision),
        (600, OverrideRevision(600))
    );
}
