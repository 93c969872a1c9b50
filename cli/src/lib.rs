//! `callsheet`, the command line of the person who operates Callsheet.
//!
//! A command returns its result as a value, which is then printed as text or as
//! JSON. Titles and reasons are printed. API keys never are, and nothing is
//! logged.

mod activity;
mod arguments;
mod calendars;
mod console;
mod coverage;
mod delivery;
mod doctor;
mod drift;
mod error;
mod events;
mod explain;
mod forget;
mod init;
mod key_secret;
mod listing;
mod overrides;
mod pause;
mod policy;
mod preview;
mod rebuild;
mod redrive;
mod refusals;
mod render;
mod resync;
mod retry;
mod screen;
mod send;
mod spreadsheet;
mod status;
mod terminal;
mod time_args;
mod unreadable;
mod which_event;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use callsheet_app::ports::Clock as _;
use callsheet_runtime::SystemClock;
use clap::{CommandFactory as _, Parser as _};
use error::{CliError, cannot_print};
use render::show;
use screen::wrapped;
use terminal::{print_error, print_text};
use workspace::{EnvVars, Profile, Workspace, load_profile, usual_file};

/// The command line as clap knows it, for what is generated from it: shell completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command that this process was started with, prints its result, and returns the exit code.
pub async fn main() -> ExitCode {
    let Arguments {
        connection,
        command,
    } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let (profile, unusable) = match profile(connection.profile.as_deref(), std::env::var_os) {
        Ok(profile) => (profile, None),
        Err(error) => (Profile::default(), Some(error)),
    };
    let env = env_vars(std::env::var_os, profile.key_variable());
    let workspace = Workspace::new(connection, env, profile);
    let done = match unusable {
        Some(error) => Err(error),
        None => Box::pin(run(&workspace, command)).await,
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let screen = workspace.screen();
            let report = format!("callsheet: {}\n", error.report_on(&screen));
            print_error(&wrapped(&report, screen.width));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The profile of this name, or the default one, from the configuration file.
fn profile(
    name: Option<&str>,
    variable: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Profile, CliError> {
    let text = |name| {
        let text = variable(name)?.into_string().ok()?;
        (!text.is_empty()).then_some(text)
    };
    let (config_home, home) = (text("XDG_CONFIG_HOME"), text("HOME"));
    let file = match text("CALLSHEET_CONFIG") {
        Some(file) => Some(file.into()),
        None => usual_file(config_home.as_deref(), home.as_deref()),
    };
    load_profile(file.as_deref(), name)
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
    let (now, output) = (SystemClock.now(), &workspace.output());
    let printed = match command {
        Command::Policy(command) => policy::run(workspace, command, now).await?,
        Command::Preview(arguments) => {
            let preview = preview::run(workspace, &arguments, SystemClock).await?;
            show(&preview, output)
        }
        Command::Init(arguments) => init::run(workspace, &arguments, SystemClock).await?,
        Command::Events(arguments) => show(&events::run(workspace, arguments, now).await?, output),
        Command::Explain { event } => {
            show(&explain::run(workspace, &event.name(), now).await?, output)
        }
        Command::Override(command) => overrides::run(workspace, command, now).await?,
        Command::Pause(arguments) => {
            let until = arguments.length.end(now);
            let pause = pause::run(workspace, &arguments.calendar, until, arguments.by, now);
            show(&pause.await?, output)
        }
        Command::Resume { calendar, by } => {
            let pause = pause::run(workspace, &calendar, None, by, now);
            show(&pause.await?, output)
        }
        Command::Activity(arguments) => activity::run(workspace, &arguments).await?,
        Command::Forget(arguments) => show(&forget::run(workspace, &arguments, now).await?, output),
        Command::Send { event, by } => {
            show(&send::run(workspace, &event.name(), by, now).await?, output)
        }
        Command::Retry(arguments) => show(&retry::run(workspace, arguments, now).await?, output),
        Command::Rebuild(arguments) => {
            show(&rebuild::run(workspace, arguments, now).await?, output)
        }
        Command::Status(arguments) => show(&status::run(workspace, &arguments, now).await?, output),
        Command::Coverage(arguments) => coverage::run(workspace, &arguments, now).await?,
        Command::Doctor { calendar } => show(
            &doctor::run(workspace, calendar, &SystemClock).await?,
            output,
        ),
        Command::Drift { calendars } => show(
            &drift::run(workspace, &calendars, SystemClock).await?,
            output,
        ),
        Command::Calendars(command) => calendars::run(workspace, command, &SystemClock).await?,
        Command::Console(command) => console::run(workspace, command, now).await?,
        Command::Resync { full } => show(&resync::run(workspace, full, now).await?, output),
        Command::Redrive(arguments) => {
            show(&redrive::run(workspace, &arguments, now).await?, output)
        }
    };
    printed.map_err(cannot_print)
}

/// The settings that are read from the environment only, never from flags.
/// `key_variable` is the variable that has the key by the profile.
fn env_vars<'a>(
    variable: impl Fn(&'a str) -> Option<OsString>,
    key_variable: Option<&'a str>,
) -> EnvVars {
    let text = |name| {
        let text = variable(name)?.into_string().ok()?;
        (!text.trim().is_empty()).then_some(text)
    };
    let columns = text("COLUMNS").and_then(|columns| columns.parse().ok());
    EnvVars {
        width: columns.or_else(terminal::width),
        time_zone: text("TZ")
            .map(|zone| zone.trim_start_matches(':').to_owned())
            .or_else(system_time_zone),
        api_key: text("CALLSHEET_RECALL_API_KEY"),
        profile_key: key_variable.and_then(text),
        webhook_secret: text("CALLSHEET_WEBHOOK_SECRET"),
        oauth_client_secret: text("CALLSHEET_OAUTH_CLIENT_SECRET"),
        simulator: text("CALLSHEET_SIMULATOR_URL"),
        has_region: text("AWS_REGION")
            .or_else(|| text("AWS_DEFAULT_REGION"))
            .is_some(),
        has_aws_profile: text("AWS_PROFILE").is_some(),
        user: text("USER").or_else(|| text("LOGNAME")),
    }
}

/// The name of the machine's time zone, where the machine says it.
fn system_time_zone() -> Option<String> {
    let target = std::fs::read_link("/etc/localtime").ok()?;
    let (_, name) = target.to_str()?.split_once("zoneinfo/")?;
    Some(name.to_owned())
}
