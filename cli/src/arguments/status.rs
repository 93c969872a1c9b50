//! Arguments of `callsheet status`.

use clap::Args;

/// How often the stack does its periodic work, by which its silence is judged.
#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// Minutes between two resyncs: the stack's `ResyncEveryMinutes`
    #[arg(long, env = "CALLSHEET_RESYNC_EVERY_MINUTES", default_value_t = 1, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_440))]
    pub(crate) resync_every_minutes: u32,
    /// Minutes between two catch-ups: the stack's `CatchUpEveryMinutes`
    #[arg(long, env = "CALLSHEET_CATCH_UP_EVERY_MINUTES", default_value_t = 5, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_440))]
    pub(crate) catch_up_every_minutes: u32,
}
