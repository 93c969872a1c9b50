//! Arguments of `callsheet events`.

use callsheet_app::bot_state::BotState;
use callsheet_domain::Timestamp;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::time_args::{date, instant};

/// Which events are listed.
#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    /// Only this calendar, by Recall's id or the owner's address; may be repeated
    #[arg(long = "calendar", value_name = "CALENDAR")]
    pub(crate) calendars: Vec<String>,
    /// Only events that end after this time [default: now]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) from: Option<Timestamp>,
    /// Only events that start before this time
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) until: Option<Timestamp>,
    /// Only events of this day, such as 2026-11-27, in your time zone
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with_all = ["from", "until"])]
    pub(crate) day: Option<Date>,
    /// Only events with this verdict
    #[arg(long)]
    pub(crate) verdict: Option<VerdictChoice>,
    /// Only events whose bot is in this state
    #[arg(long, value_name = "STATE", value_parser = bot_state())]
    pub(crate) bot: Option<BotState>,
    /// Only events whose title contains TITLE
    #[arg(long, value_name = "TITLE")]
    pub(crate) find: Option<String>,
}

/// Whether the meetings are to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictChoice {
    Record,
    Skip,
}

fn bot_state() -> impl clap::builder::TypedValueParser<Value = BotState> {
    let names = BotState::ALL.map(BotState::as_str);
    PossibleValuesParser::new(names).map(|name| {
        let mut states = BotState::ALL.into_iter();
        states
            .find(|state| state.as_str() == name)
            .expect("the parser knows these names only")
    })
}
