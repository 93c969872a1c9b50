//! The pages, as fragments of HTML: one for each document that a person looks at.
//!
//! A fragment says by its attributes what the script does with it: `data-every` how often it is
//! asked for again, `data-key` which parts are replaced on their own, `data-write` which request a
//! control sends, `data-rows` which template of the shell completes its rows, and `data-parts` which
//! parts of them are replaced on their own. The script itself knows no page; the playground of the policy has one of its own.

mod activity;
mod agenda;
mod badge;
mod calendars;
mod consent;
mod control;
mod coverage;
mod coverage_links;
mod difference;
mod disconnection;
mod event;
mod events;
mod header;
mod heat_map;
mod icon;
mod instant;
mod linted;
mod meeting;
mod overrides;
mod overview;
mod pages;
mod playground;
mod policy;
mod previewed;
mod problem;
mod retried;
mod rows;
mod saved;
mod shell;
mod texts;
mod timeline;
mod view;
mod why;

pub(crate) use activity::activity;
pub(crate) use agenda::agenda;
pub(crate) use calendars::calendars;
pub(crate) use consent::consent;
pub(crate) use coverage::coverage;
pub(crate) use disconnection::{disconnection, disconnection_saved};
pub(crate) use event::event;
pub(crate) use events::events;
pub(crate) use header::header;
pub(crate) use linted::{linted, pushed};
pub(crate) use overrides::overrides;
pub(crate) use overview::overview;
pub(crate) use playground::{LONGEST_NOTE, Playground};
pub(crate) use policy::{Difference, policies, policy, policy_revision};
pub(crate) use previewed::previewed;
pub(crate) use problem::problem;
pub(crate) use retried::retried;
pub(crate) use saved::{meeting_saved, override_saved, pause_saved};
pub(crate) use shell::{Names, shell};
pub(crate) use view::View;

use crate::route::Route;

/// Whether a route has a fragment.
pub(crate) fn has_page(route: Route) -> bool {
    matches!(
        route,
        Route::Me
            | Route::Calendars
            | Route::Agenda
            | Route::Overrides
            | Route::Activity
            | Route::Disconnection
            | Route::Disconnect
            | Route::Coverage
            | Route::Events
            | Route::Event
            | Route::OverrideEvent
            | Route::ClearEvent
            | Route::Consent
            | Route::OverrideMeeting
            | Route::ClearMeeting
            | Route::OverrideSeries
            | Route::ClearSeries
            | Route::Pause
            | Route::Resume
            | Route::RetryEvent
            | Route::Retry
            | Route::Status
            | Route::LintPolicy
            | Route::PushPolicy
            | Route::Preview
            | Route::Policy
            | Route::Policies
            | Route::PolicyRevision
    )
}
