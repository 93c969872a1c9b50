//! Arguments of `callsheet activity`.

use clap::Args;

/// How much is listed, and in which form.
#[derive(Debug, Args)]
pub(crate) struct ActivityArguments {
    /// Number of entries at most
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) most: usize,
    /// Print comma-separated values
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}
