//! `callsheet`, for the person who runs Callsheet for a company.
//!
//! A command decides what to show and gives it back as a value, which is then
//! shown as text or as JSON. Keys are never shown; titles and reasons are shown
//! to whoever asks, and never logged.

mod arguments;
mod calendars;
mod drift;
mod error;
mod explain;
mod find_calendar;
mod listing;
mod notify_stack;
mod overrides;
mod paced;
mod policy;
mod preview;
mod redrive;
mod render;
mod resync;
mod retry;
mod status;
mod time_args;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use callsheet_app::ports::Clock as _;
use callsheet_runtime::SystemClock;
use clap::Parser as _;
use error::CliError;
use render::show;
use workspace::{EnvVars, Workspace};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { reach, command } = Arguments::parse();
    let workspace = Workspace::new(reach, surroundings(std::env::var_os));
    match run(&workspace, command).await {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            eprintln!("callsheet: {}", trouble.report());
            ExitCode::from(trouble.exit_code())
        }
    }
}

async fn run(workspace: &Workspace, command: Command) -> Result<u8, CliError> {
    let (now, as_json) = (SystemClock.now(), workspace.as_json());
    let shown = match command {
        Command::Policy(command) => return policy::run(workspace, command, now).await,
        Command::Preview(arguments) => {
            let previewing = preview::run(workspace, &arguments, SystemClock).await?;
            show(&previewing, as_json)
        }
        Command::Explain { event } => {
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            let explained = explain::explain(&state, &decisions, &event, now).await?;
            show(&explained, as_json)
        }
        Command::Prefer(command) => show(&overrides::run(workspace, command, now).await?, as_json),
        Command::Retry(arguments) => {
            let decisions = workspace.decisions().await?;
            let retried = match &arguments.event {
                Some(event) => retry::one(&decisions, event, now).await?,
                None => retry::all(&workspace.state().await?, &decisions, now).await?,
            };
            show(&retried, as_json)
        }
        Command::Status => {
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            show(&status::status(&state, &decisions, now).await?, as_json)
        }
        Command::Drift { calendars } => {
            let found = drift::run(workspace, &calendars, SystemClock).await?;
            show(&found, as_json)
        }
        Command::Calendars(command) => calendars::run(workspace, command, &SystemClock).await?,
        Command::Sweep { everything } => {
            show(&resync::run(workspace, everything, now).await?, as_json)
        }
        Command::Redrive(arguments) => {
            let queues = (
                &workspace.dead_letters().await?,
                &workspace.named_queue().await?,
            );
            show(&redrive::redrive(queues, &arguments, now).await?, as_json)
        }
    };
    shown.map_err(|error| CliError::Cannot(format!("standard output: {error}")))
}

/// What is told by the environment alone, and not by flags.
fn surroundings(variable: impl Fn(&'static str) -> Option<OsString>) -> EnvVars {
    let text = |name| {
        let text = variable(name)?.into_string().ok()?;
        (!text.trim().is_empty()).then_some(text)
    };
    EnvVars {
        api_key: text("CALLSHEET_RECALL_API_KEY"),
        simulator: text("CALLSHEET_SIMULATOR_URL"),
        user: text("USER").or_else(|| text("LOGNAME")),
    }
}
