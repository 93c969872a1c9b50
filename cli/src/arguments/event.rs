//! Which event a command is about.

use callsheet_app::events::EventName;
use clap::Args;

use super::values::event_name;

/// The event that a command is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct EventArgument {
    /// Recall's id of the event, or the beginning of it: `callsheet events` lists them
    #[arg(value_parser = event_name)]
    event: Option<String>,
    /// The event whose title contains TITLE, in place of its id
    #[arg(long, value_name = "TITLE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    find: Option<String>,
}

impl EventArgument {
    /// How the event is named.
    pub(crate) fn name(self) -> EventName {
        match (self.event, self.find) {
            (Some(id), _) => EventName::Id(id),
            (None, title) => EventName::Title(title.unwrap_or_default()),
        }
    }
}
