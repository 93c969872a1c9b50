//! Arguments of `callsheet coverage`.

use callsheet_domain::CountedBy;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::time_args::date;

/// Which meetings are counted, and how they are grouped.
#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The first day, such as 2026-11-27, in UTC [default: six days before the last one]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    /// The last day, in UTC [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<Date>,
    /// What the meetings are grouped by
    #[arg(long, default_value = "day")]
    pub(crate) by: GroupedBy,
    /// Print comma-separated values for spreadsheets instead of text
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

/// What meetings are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupedBy {
    /// The date of the start, in UTC
    Day,
    /// The calendar
    Calendar,
    /// The rule that decided
    Rule,
    /// The revision of the policy that decided
    Policy,
    /// The meeting's platform, such as `zoom`
    Platform,
    /// Recorded, or why not
    Class,
}

impl From<GroupedBy> for CountedBy {
    fn from(by: GroupedBy) -> Self {
        match by {
            GroupedBy::Day => Self::Day,
            GroupedBy::Calendar => Self::Calendar,
            GroupedBy::Rule => Self::Rule,
            GroupedBy::Policy => Self::Policy,
            GroupedBy::Platform => Self::Platform,
            GroupedBy::Class => Self::Class,
        }
    }
}
