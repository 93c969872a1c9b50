//! The settings of the events function, read from its environment.

use callsheet_events::Texts;
use callsheet_runtime::{Environment, InvalidSetting};

/// The settings of this function.
pub(crate) struct Settings {
    /// Name of the bus.
    pub(crate) bus: String,
    /// Name of the stack, which each event names.
    pub(crate) stack: String,
    /// Whether events have texts.
    pub(crate) texts: Texts,
}

impl Settings {
    pub(crate) fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        let has_texts: bool = environment.parsed("EVENTS_WITH_TITLES")?;
        Ok(Self {
            bus: environment.required("EVENT_BUS_NAME")?.to_owned(),
            stack: environment.required("STACK_NAME")?.to_owned(),
            texts: if has_texts {
                Texts::Kept
            } else {
                Texts::LeftOut
            },
        })
    }
}
