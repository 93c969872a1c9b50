//! Command line of the simulator.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use clap::Parser;
use recall_simulator::{
    DispatchedStatus, Latency, Limits, Options, SignatureHeaders, Simulator, WebhookTarget,
};

/// Simulates Recall.ai's calendar API on 127.0.0.1.
///
/// The API is at /api/, the control API at /control/, the status page at /.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Port; 0 selects any free port
    #[arg(long, env = "RECALL_SIMULATOR_PORT", default_value_t = 4010)]
    port: u16,
    /// API key that calls must carry
    #[arg(
        long,
        env = "RECALL_SIMULATOR_API_KEY",
        default_value = "simulated-key",
        hide_env_values = true
    )]
    api_key: String,
    /// URL that receives webhooks; without it they are recorded but not sent
    #[arg(long, env = "RECALL_SIMULATOR_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// Secrets that sign webhooks, each base64 after `whsec_`, separated by commas
    #[arg(
        long,
        env = "RECALL_SIMULATOR_WEBHOOK_SECRET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    webhook_secret: Vec<String>,
    /// Names of the signature headers: standard or svix
    #[arg(
        long,
        env = "RECALL_SIMULATOR_WEBHOOK_HEADERS",
        default_value = "standard"
    )]
    webhook_headers: SignatureHeaders,
    /// Duration of a call in milliseconds, such as 5-20
    #[arg(long, env = "RECALL_SIMULATOR_LATENCY_MS", default_value = "5-20")]
    latency_ms: Latency,
    /// Rate limits in calls per minute that differ from the published ones, such as
    /// `list_events=60,get_event=5`
    #[arg(long, env = "RECALL_SIMULATOR_LIMITS", default_value = "")]
    limits: Limits,
    /// Factor for the delays between attempts to deliver a webhook
    #[arg(long, env = "RECALL_SIMULATOR_RETRY_SCALE", default_value_t = 1.0)]
    retry_scale: f64,
    /// How long changes of a calendar are batched into one webhook, in milliseconds
    #[arg(long, env = "RECALL_SIMULATOR_COALESCE_MS", default_value_t = 200)]
    coalesce_ms: u64,
    /// How long before its start a bot is dispatched, in seconds; then it cannot be unscheduled
    #[arg(long, env = "RECALL_SIMULATOR_DISPATCH_LEAD_S", default_value_t = 0)]
    dispatch_lead_s: u64,
    /// Status of the refusal to unschedule a dispatched bot: 405 or 400
    #[arg(
        long,
        env = "RECALL_SIMULATOR_DISPATCHED_STATUS",
        default_value = "405"
    )]
    dispatched_status: DispatchedStatus,
    /// Scheduling a bot changes its event's `updated_at` and sends a webhook
    #[arg(long, env = "RECALL_SIMULATOR_BOTS_TOUCH_EVENTS")]
    bots_touch_events: bool,
    /// All bots live, with lives of random kinds; a second of a life takes so many seconds
    #[arg(long, env = "RECALL_SIMULATOR_LIVES_PACE")]
    lives_pace: Option<f64>,
    /// How many days ahead events are listed
    #[arg(long, env = "RECALL_SIMULATOR_LISTED_DAYS", default_value_t = 28)]
    listed_days: u32,
    /// Seed of the random identifiers, latencies and faults
    #[arg(long, env = "RECALL_SIMULATOR_SEED", default_value_t = 1)]
    seed: u64,
}

impl From<Flags> for Options {
    fn from(flags: Flags) -> Self {
        // An empty environment variable counts as not set.
        let is_set = |text: &String| !text.is_empty();
        let url = flags.webhook_url.filter(is_set);
        let secrets = flags.webhook_secret.into_iter().filter(is_set).collect();
        let headers = flags.webhook_headers;
        Self {
            port: flags.port,
            api_key: flags.api_key,
            webhook: url.map(|url| WebhookTarget {
                url,
                secrets,
                headers,
            }),
            latency: flags.latency_ms,
            limits: flags.limits,
            retry_scale: flags.retry_scale,
            coalesce: Duration::from_millis(flags.coalesce_ms),
            dispatch_lead: Duration::from_secs(flags.dispatch_lead_s),
            dispatched_status: flags.dispatched_status,
            bots_touch_events: flags.bots_touch_events,
            lives_pace: flags.lives_pace,
            listed_days: flags.listed_days,
            seed: flags.seed,
            ..Self::default()
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start(Flags::parse().into()).await?;
    writeln!(
        std::io::stdout(),
        "recall-simulator is ready: API and status page at {}",
        simulator.base_url()
    )?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
