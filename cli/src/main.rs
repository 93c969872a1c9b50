//! `callsheet`, the command line of the person who operates Callsheet.
//!
//! A command returns its result as a value, which is then printed as text or as
//! JSON. Titles and reasons are printed. API keys never are, and nothing is
//! logged.

mod arguments;
mod calendars;
mod drift;
mod error;
mod explain;
mod find_calendar;
mod find_decision;
mod forget;
mod listing;
mod notify_stack;
mod overrides;
mod owner;
mod pause;
mod policy;
mod preview;
mod rate_limited;
mod rebuild;
mod redrive;
mod render;
mod resync;
mod retry;
mod status;
mod terminal;
mod time_args;
mod unreadable;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use callsheet_app::ports::Clock as _;
use callsheet_runtime::SystemClock;
use clap::Parser as _;
use error::CliError;
use render::{cannot_print, show};
use terminal::{print_error, print_text};
use workspace::{EnvVars, Workspace};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments {
        connection,
        command,
    } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let workspace = Workspace::new(connection, env_vars(std::env::var_os));
    match run(&workspace, command).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_error(&format!("callsheet: {}\n", error.report()));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Prints what clap says about the arguments: an error, the help or the version.
fn refused(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        print_error(&text);
        return ExitCode::from(2);
    }
    match print_text(text.trim_end()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

async fn run(workspace: &Workspace, command: Command) -> Result<u8, CliError> {
    let (now, as_json) = (SystemClock.now(), workspace.as_json());
    let printed = match command {
        Command::Policy(command) => policy::run(workspace, command, now).await?,
        Command::Preview(arguments) => {
            let preview = preview::run(workspace, &arguments, SystemClock).await?;
            show(&preview, as_json)
        }
        Command::Explain { event } => show(&explain::run(workspace, &event, now).await?, as_json),
        Command::Override(command) => {
            show(&overrides::run(workspace, command, now).await?, as_json)
        }
        Command::Pause(arguments) => {
            let until = arguments.length.end(now);
            let pause = pause::run(workspace, &arguments.calendar, until, arguments.by, now);
            show(&pause.await?, as_json)
        }
        Command::Resume { calendar, by } => {
            let pause = pause::run(workspace, &calendar, None, by, now);
            show(&pause.await?, as_json)
        }
        Command::Forget(arguments) => {
            show(&forget::run(workspace, &arguments, now).await?, as_json)
        }
        Command::Retry(arguments) => show(&retry::run(workspace, arguments, now).await?, as_json),
        Command::Rebuild(arguments) => {
            show(&rebuild::run(workspace, arguments, now).await?, as_json)
        }
        Command::Status(arguments) => {
            show(&status::run(workspace, &arguments, now).await?, as_json)
        }
        Command::Drift { calendars } => show(
            &drift::run(workspace, &calendars, SystemClock).await?,
            as_json,
        ),
        Command::Calendars(command) => calendars::run(workspace, command, &SystemClock).await?,
        Command::Resync { full } => show(&resync::run(workspace, full, now).await?, as_json),
        Command::Redrive(arguments) => {
            show(&redrive::run(workspace, &arguments, now).await?, as_json)
        }
    };
    printed.map_err(cannot_print)
}

/// The settings that are read from the environment only, never from flags.
fn env_vars(variable: impl Fn(&'static str) -> Option<OsString>) -> EnvVars {
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
