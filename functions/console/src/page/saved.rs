//! What is said after a change: what was stored, and when it takes effect.

use callsheet_api::delivery::Delivery;
use callsheet_api::meeting_override::MeetingOverrideSet;
use callsheet_api::overrides::{ObstacleKind, OverrideSet, TakesEffect};
use callsheet_api::pause::PauseSet;
use callsheet_auth::Role;
use maud::{Markup, html};

use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// An override that was set or cleared.
pub(crate) fn override_saved(set: &OverrideSet, _view: &View<'_>) -> Markup {
    let is_locked = set.takes_effect == TakesEffect::Locked;
    let obstacle = set.obstacle.map(obstacle);
    let obstacle = obstacle.or(is_locked.then_some(texts::IS_LOCKED));
    let stays = set.choice == "skip" && !set.kept_by.is_empty();
    let done = match set.choice {
        "record" => texts::DONE_RECORD,
        "skip" if stays => texts::DONE_SKIP_STAYS,
        "skip" => texts::DONE_SKIP,
        _ => texts::DONE_CLEAR,
    };
    let waits = set.takes_effect == TakesEffect::Soon && obstacle.is_none();
    let is_late = waits && matches!(set.sync_request, Delivery::NotSent(_));
    html! {
        p.saved data-done=[obstacle.is_none().then_some(done)] data-late=(texts::LATE) {
            (texts::SAVED) " "
            @if let Some(obstacle) = obstacle { (obstacle) " " }
            @if stays { (texts::BOT_STAYS_FOR_ANOTHER) " " }
            @if is_late { (texts::WITH_NEXT_RESYNC) " " }
            @if !set.unreadable.is_empty() { (texts::SOMETHING_UNREADABLE) " " }
            button.quiet type="button" data-undo hidden { (texts::UNDO) }
        }
    }
}

/// A choice for a whole meeting that was made or taken back.
pub(crate) fn meeting_saved(set: &MeetingOverrideSet, view: &View<'_>) -> Markup {
    // A no to a locked meeting is as good as any other: it is not recorded.
    let is_locked = set.takes_effect == TakesEffect::Locked && set.choice == "record";
    let obstacle = set.obstacle.map(obstacle);
    let obstacle = obstacle.or(is_locked.then_some(texts::IS_LOCKED));
    let saved = match set.choice {
        "record" if is_locked => texts::SAVED,
        "record" => texts::SAVED_YES,
        "skip" if set.bot_stays => texts::SAVED_NO_STAYS,
        "skip" if set.takes_effect == TakesEffect::Soon => texts::SAVED_NO_SOON,
        "skip" => texts::SAVED_NO,
        _ if view.role == Role::Operator && set.in_force.is_none() => texts::SAVED_CLEARED,
        _ => texts::SAVED_BACK,
    };
    let is_late = matches!(set.sync_request, Delivery::NotSent(_));
    html! {
        p.saved {
            (saved) " "
            @if let Some(obstacle) = obstacle { (obstacle) " " }
            @if is_late { (texts::WITH_NEXT_RESYNC) }
        }
    }
}

fn obstacle(obstacle: ObstacleKind) -> &'static str {
    match obstacle {
        ObstacleKind::CalendarGone => texts::CALENDAR_GONE,
        ObstacleKind::Cancelled => texts::CANCELLED,
        ObstacleKind::Over => texts::IS_OVER,
        ObstacleKind::NoLink => texts::NO_LINK,
    }
}

/// A pause that was set or ended.
pub(crate) fn pause_saved(set: &PauseSet, view: &View<'_>) -> Markup {
    html! {
        p.saved {
            @match set.paused_until {
                Some(until) => { (texts::PAUSED_UNTIL) " " (instant(view, until)) "." }
                None => (texts::RESUMED),
            }
        }
    }
}
