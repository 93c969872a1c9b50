//! The published JSON schemas of the documents, in draft 2020-12.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema of each document, by the command that prints it, in the order of names.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("activity", schema_of::<crate::activity::Activity>()),
        (
            "calendars-connect",
            schema_of::<crate::calendars::CalendarConnected>(),
        ),
        (
            "calendars-disconnect",
            schema_of::<crate::disconnection::Disconnected>(),
        ),
        (
            "calendars-list",
            schema_of::<crate::calendars::CalendarList>(),
        ),
        ("coverage", schema_of::<crate::coverage::Coverage>()),
        ("doctor", schema_of::<crate::doctor::Diagnosis>()),
        ("console-key-add", schema_of::<crate::console::AddedKey>()),
        ("console-key-list", schema_of::<crate::console::KeyList>()),
        ("console-key-remove", schema_of::<crate::console::KeyList>()),
        ("console-link", schema_of::<crate::console::ConsoleLink>()),
        ("console-open", schema_of::<crate::console::ConsoleLink>()),
        ("console-token", schema_of::<crate::console::SignedToken>()),
        ("drift", schema_of::<crate::drift::Drift>()),
        ("events", schema_of::<crate::events::EventList>()),
        ("explain", schema_of::<crate::explain::Explanation>()),
        ("forget", schema_of::<crate::forget::Forgotten>()),
        ("init", schema_of::<crate::init::FirstPolicy>()),
        ("override", schema_of::<crate::overrides::OverrideSet>()),
        (
            "override-meeting",
            schema_of::<crate::meeting_override::MeetingOverrideSet>(),
        ),
        (
            "override-import",
            schema_of::<crate::override_import::OverrideImport>(),
        ),
        (
            "override-list",
            schema_of::<crate::override_list::OverrideList>(),
        ),
        ("pause", schema_of::<crate::pause::PauseSet>()),
        ("policy-history", schema_of::<crate::policy::History>()),
        ("policy-lint", schema_of::<crate::policy::LintReport>()),
        ("policy-push", schema_of::<crate::policy::Pushed>()),
        ("preview", schema_of::<crate::preview::Comparison>()),
        ("rebuild", schema_of::<crate::rebuild::Rebuilt>()),
        ("redrive", schema_of::<crate::redrive::Redriven>()),
        ("resync", schema_of::<crate::resync::ResyncRequested>()),
        ("retry", schema_of::<crate::retry::Retried>()),
        ("send", schema_of::<crate::send::SentBot>()),
        ("status", schema_of::<crate::status::Status>()),
    ]
}

/// The schema of what `T` is written as.
fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().into()
}
