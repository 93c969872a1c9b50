//! How far back a sync of the workspace reaches, and how many pages that takes.

use jiff::{SignedDuration, Timestamp};

use super::coverage::OWN_CLOCKS;
use super::listing::PAGE;
use super::plan::PendingCalendar;
use super::state::{LatestSync, OVERLAP, WorkspaceSyncState};
use crate::time::plus;

/// A sync of the workspace overlaps the previous one by the delay of its requests, but by
/// no more than this. Requests that the previous sync did not cover are about as late; they
/// are still on the queue, and this sync covers them too.
const MOST_LATE: SignedDuration = SignedDuration::from_secs(5);
/// A sync of the workspace reaches back no further than this.
pub(super) const FURTHEST: SignedDuration = SignedDuration::from_hours(1);
/// A sync of the workspace goes on from the latest catch-up, so that none has to follow, if that
/// takes so many pages more, or if the catch-up was so long ago and the sync takes no more pages
/// than this: two thirds of what makes a list too long. A catch-up of some minutes of many changes
/// would keep live requests waiting.
const PAGES_MORE: i64 = 1;
const CATCH_UP_AFTER: SignedDuration = SignedDuration::from_mins(1);
const CATCH_UP_PAGES: i64 = 20;
/// Where a minute of changes takes more pages than that, a catch-up would be too long to be read to
/// its end. There each list goes on from the one before, if it is [`SOON`] after it: that costs no
/// more than catch-ups do. It takes no more pages than a minute's limit, and repeats no more than a
/// third of that.
const SOON: SignedDuration = SignedDuration::from_secs(25);
const MOST_PAGES: i64 = 60;
const MOST_PAGES_AGAIN: i64 = 20;
/// A list of what changed in so long a time may have more than one burst.
const LONG: SignedDuration = SignedDuration::from_secs(20);
/// After a sync, events change half as often each time this has passed.
const HALVED: SignedDuration = SignedDuration::from_secs(15);
/// A part of the changes that counts for nothing.
const MOST_HALVED: i32 = 1 << 20;

/// A calendar whose requests need an incremental sync, and the earliest change they name.
pub(super) type Incremental<'a> = (&'a PendingCalendar<'a>, Timestamp);

/// How far back a sync of the workspace reaches: to the earliest requested change, and over
/// the start of the latest sync. A sync that was left a moment ago is repeated with this
/// one.
pub(super) fn workspace_since(
    incremental: &[Incremental<'_>],
    workspace: &WorkspaceSyncState,
) -> Option<Timestamp> {
    let requested = requested_since(incremental, workspace)?;
    let lateness = incremental
        .iter()
        .map(|(pending, _)| pending.requested.lateness)
        .max()?;
    let overlap = OWN_CLOCKS + lateness.clamp(SignedDuration::ZERO, MOST_LATE);
    let latest = workspace.latest.as_ref();
    let latest = latest.map(|latest| plus(latest.reach.began_at, -overlap));
    latest.into_iter().chain([requested]).min()
}

/// How far back a sync of the workspace reaches at least: to the earliest requested change,
/// and to that of a sync that was left a moment ago.
pub(super) fn requested_since(
    incremental: &[Incremental<'_>],
    workspace: &WorkspaceSyncState,
) -> Option<Timestamp> {
    let requested = incremental.iter().map(|(_, since)| *since);
    let in_progress = workspace.in_progress.as_ref();
    let left = in_progress.and_then(|in_progress| in_progress.mark.since);
    requested.min().into_iter().chain(left).min()
}

/// How far back a sync of the workspace reaches that would reach back to `since`, if it goes on
/// from the latest catch-up; none if that takes too many pages: by how often events changed
/// lately, or by what was listed since.
pub(super) fn caught_up_since(
    workspace: &WorkspaceSyncState,
    since: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let caught_up_at = workspace.synced_until?;
    let caught_up = since.min(plus(caught_up_at, -OVERLAP));
    let latest = workspace.latest.as_ref();
    let pages = |since| expected_pages(latest, since, now);
    let expected = pages(caught_up);
    let again = pages_of(workspace.listed_again.into());
    let was_caught_up = |before: SignedDuration| caught_up_at <= plus(now, -before);
    let most = if was_caught_up(CATCH_UP_AFTER) {
        CATCH_UP_PAGES
    } else {
        0
    };
    let is_little = expected.max(again) <= most.max(pages(since) + PAGES_MORE);
    let is_soon = was_caught_up(SOON) && latest.is_some_and(is_catch_up_too_long);
    let is_better_than_catch_up = is_soon && expected <= MOST_PAGES && again <= MOST_PAGES_AGAIN;
    let is_worth_it = is_little || is_better_than_catch_up;
    (caught_up >= plus(now, -FURTHEST) && is_worth_it).then_some(caught_up)
}

/// Whether events have changed so often for some time that a list from a catch-up a minute ago takes
/// more than [`CATCH_UP_PAGES`].
fn is_catch_up_too_long(latest: &LatestSync) -> bool {
    let millis = (CATCH_UP_AFTER + OVERLAP).as_millis();
    let listed = i128::from(latest.listed) * millis / latest.span().as_millis();
    latest.span() >= LONG && pages_of(listed) > CATCH_UP_PAGES
}

/// The expected number of pages of a sync of the workspace: events change as often as in the
/// time that the latest sync listed, and since then half as often each few seconds. If a burst
/// had gone on, it would have caused another sync.
pub(super) fn expected_pages(latest: Option<&LatestSync>, since: Timestamp, now: Timestamp) -> i64 {
    let Some(latest) = latest else { return 1 };
    let until = latest.until.min(now);
    let during = until.duration_since(since.min(until));
    let after = decayed(now.duration_since(until));
    let before_since = decayed(since.max(until).duration_since(until));
    let millis = during.as_millis() + after.as_millis() - before_since.as_millis();
    let listed = i128::from(latest.listed) * millis / latest.span().as_millis();
    pages_of(listed)
}

/// The number of pages of a list of so many events.
fn pages_of(listed: i128) -> i64 {
    i64::try_from(listed / i128::from(PAGE) + 1).unwrap_or(i64::MAX)
}

/// For how long events would have to change as often as before, to be as many as change in
/// the `elapsed` time if they change half as often each [`HALVED`].
fn decayed(elapsed: SignedDuration) -> SignedDuration {
    let (mut decayed, mut rest, mut part) = (SignedDuration::ZERO, elapsed, 1);
    while rest > SignedDuration::ZERO && part <= MOST_HALVED {
        decayed += rest.min(HALVED) / part;
        rest -= HALVED;
        part *= 2;
    }
    decayed
}
