//! Arguments of `callsheet init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The answers to the five questions, as far as they are known, and where the policy goes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct InitArguments {
    /// Where the policy is written; - is standard output, without a preview
    #[arg(default_value = "policy.yaml")]
    pub(crate) file: PathBuf,
    /// Which meetings are recorded
    #[arg(long, value_enum, value_name = "WHICH")]
    pub(crate) record: Option<Recorded>,
    /// Domains that are yours, besides that of each calendar, with commas between them; not asked
    #[arg(long, value_name = "DOMAINS", value_delimiter = ',')]
    pub(crate) own_domains: Option<Vec<String>>,
    /// Domains with whose people nothing is recorded, such as that of a law firm
    #[arg(long, value_name = "DOMAINS", value_delimiter = ',')]
    pub(crate) denied_domains: Option<Vec<String>>,
    /// Words in the titles of meetings that are never recorded
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub(crate) skip_titles: Option<Vec<String>>,
    /// The name with which the bot joins
    #[arg(long, value_name = "NAME")]
    pub(crate) bot_name: Option<String>,
    /// For how many days Recall keeps recordings [default: as the account has it]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) keep_days: Option<u32>,
    /// Ask nothing: a question without an answer has its default
    #[arg(long)]
    pub(crate) no_input: bool,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// Which meetings a first policy records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Recorded {
    /// Meetings with a person from outside of your company
    #[default]
    External,
    /// All meetings that have a link
    All,
    /// Meetings with `[rec]` in their title
    Marked,
}
