//! Arguments of `callsheet forget`.

use clap::Args;

/// What is forgotten.
#[derive(Debug, Args)]
pub(crate) struct ForgetArguments {
    /// A person's address or name, or Recall's id of a calendar
    #[arg(value_name = "ADDRESS|CALENDAR")]
    pub(crate) name: String,
    /// Do it. Without this, nothing is changed
    #[arg(long)]
    pub(crate) yes: bool,
}
