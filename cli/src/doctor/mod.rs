//! Checks a deployment from the outside: gathers the evidence, and shows what it means.

#[cfg(test)]
mod tests;
mod text;

use aws_credential_types::provider::ProvideCredentials as _;
use callsheet_api::doctor::Diagnosis;
use callsheet_app::PortError;
use callsheet_app::doctor::{
    EndpointEvidence, Evidence, Gathered, GivenSetting, KeyEvidence, StackEvidence,
    ThrottledOperation, examine_endpoint, examine_key, examine_stack, throttled_operations,
};
use callsheet_app::ports::{CalendarPages as _, Clock};
use callsheet_app::status::{Days, Queues, WorkspaceStatus, status};
use callsheet_domain::{CalendarId, CalendarStatus, Timestamp, plus};
use callsheet_recall::{WebhookSecrets, WebhookSender};
use callsheet_store::StateTable;
use jiff::SignedDuration;

use crate::error::CliError;
use crate::workspace::{Setting, Workspace};

/// Recall's regions, in which a key may have been made.
const REGIONS: [&str; 4] = [
    "https://us-east-1.recall.ai",
    "https://us-west-2.recall.ai",
    "https://eu-central-1.recall.ai",
    "https://ap-northeast-1.recall.ai",
];
/// How long a demand of Recall's to wait is of interest.
const RECENT: SignedDuration = SignedDuration::from_hours(24);
/// Number of known calendars among which a connected one is searched for.
const SEARCHED: usize = 50;

/// Checks the deployment. The test webhook is about `calendar`, or a known one.
pub(crate) async fn run(
    workspace: &Workspace,
    calendar: Option<CalendarId>,
    clock: &impl Clock,
) -> Result<Diagnosis, CliError> {
    let aws_region = gathered(aws_region(workspace).await);
    let state = workspace.state().await;
    let about = match (calendar, &state) {
        (Some(calendar), _) => Some(calendar),
        (None, Ok(state)) => connected_calendar(state).await,
        (None, Err(_)) => None,
    };
    let now = clock.now();
    let evidence = Evidence {
        aws_region,
        stack: stack(workspace).await,
        recall_url: workspace.recall_url().to_owned(),
        list_events_per_minute: workspace.list_events_per_minute(),
        key: gathered(key(workspace, state.as_ref().ok(), clock).await),
        endpoint: gathered(endpoint(workspace, about, clock).await),
        status: gathered(status_of(workspace, now).await),
        throttled: gathered(throttled(state, now).await),
        now,
    };
    Ok(Diagnosis::of(evidence))
}

/// What was gathered, or the missing setting or failed service.
fn gathered<T>(result: Result<T, CliError>) -> Gathered<T> {
    match result {
        Ok(known) => Gathered::Known(known),
        Err(CliError::Port(error)) => Gathered::Failed(error),
        Err(error) => Gathered::NotGiven(error.to_string()),
    }
}

async fn aws_region(workspace: &Workspace) -> Result<String, CliError> {
    let aws = workspace.aws().await?;
    let provider = aws.credentials_provider();
    let found = match &provider {
        Some(provider) => provider.provide_credentials().await.is_ok(),
        None => false,
    };
    if !found {
        return Err(CliError::Failed(
            "no AWS credentials were found, or they cannot be used".to_owned(),
        ));
    }
    Ok(aws.region().map(ToString::to_string).unwrap_or_default())
}

async fn stack(workspace: &Workspace) -> Gathered<StackEvidence> {
    let Some(name) = workspace.stack_name() else {
        return Gathered::NotGiven("The stack is not named".to_owned());
    };
    let settings = Setting::OF_STACK.into_iter();
    let settings = settings.map(|setting| GivenSetting {
        variable: setting.variable(),
        output: setting.output(),
        value: workspace.given(setting).map(str::to_owned),
    });
    let examined = async {
        let stacks = workspace.stacks().await?;
        Ok(examine_stack(&stacks, name, settings.collect()).await?)
    };
    gathered(examined.await)
}

async fn key(
    workspace: &Workspace,
    state: Option<&StateTable>,
    clock: &impl Clock,
) -> Result<KeyEvidence, CliError> {
    let recall = workspace.recall("").await?;
    let url = workspace.recall_url().trim_end_matches('/');
    let mut others = Vec::new();
    // A key is tried elsewhere only if it is sent to a region of Recall's already.
    if REGIONS.contains(&url) {
        for other in REGIONS.into_iter().filter(|other| *other != url) {
            others.push((other.to_owned(), workspace.recall_at(other).await?));
        }
    }
    Ok(examine_key(&recall, &others, state, clock).await)
}

async fn endpoint(
    workspace: &Workspace,
    about: Option<CalendarId>,
    clock: &impl Clock,
) -> Result<EndpointEvidence, CliError> {
    let url = workspace.setting(Setting::WebhookUrl).await?;
    let url = url.ok_or_else(|| Setting::WebhookUrl.missing())?;
    let secrets = workspace.webhook_secret().map(WebhookSecrets::parse);
    let secrets = secrets.transpose();
    let secrets =
        secrets.map_err(|error| CliError::Failed(format!("CALLSHEET_WEBHOOK_SECRET: {error}")))?;
    let has_secret = secrets.is_some();
    let sender = WebhookSender::new(&url, secrets)
        .map_err(|error| CliError::Failed(format!("CALLSHEET_WEBHOOK_URL: {error}")))?;
    Ok(examine_endpoint(&sender, clock, about, has_secret).await)
}

/// A known calendar about which a test webhook may be.
async fn connected_calendar(state: &StateTable) -> Option<CalendarId> {
    let page = state.records_after(None, SEARCHED).await.ok()?;
    let mut records = page.records.into_iter().map(|record| record.calendar);
    let found = records.find(|calendar| calendar.status == CalendarStatus::Connected);
    found.map(|calendar| calendar.id)
}

async fn status_of(workspace: &Workspace, now: Timestamp) -> Result<WorkspaceStatus, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let queues = Queues {
        sync: workspace.queue().await?,
        dead_letters: workspace.optional_dead_letters().await?,
    };
    let days = Days::at(now, &workspace.screen().zone)
        .ok_or_else(|| CliError::Failed(format!("the clock is wrong: it is {now}")))?;
    let read = Box::pin(status((&state, &decisions, &queues), days, now)).await;
    read.map_err(PortError::into)
}

async fn throttled(
    state: Result<StateTable, CliError>,
    now: Timestamp,
) -> Result<Vec<ThrottledOperation>, CliError> {
    Ok(throttled_operations(&state?, plus(now, -RECENT)).await?)
}
