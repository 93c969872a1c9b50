//! The simulator as a process of its own.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use clap::Parser;
use recall_simulator::{Latency, Limits, Options, SignatureHeaders, Simulator, WebhookTarget};

/// A stand-in for Recall.ai's calendar API on 127.0.0.1.
///
/// The API is at /api/, its controls at /control/, and a page for people at /.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The port; 0 takes any free one
    #[arg(long, env = "RECALL_SIMULATOR_PORT", default_value_t = 4010)]
    port: u16,
    /// The key that calls must carry
    #[arg(
        long,
        env = "RECALL_SIMULATOR_API_KEY",
        default_value = "simulated-key",
        hide_env_values = true
    )]
    api_key: String,
    /// Where webhooks go; without it they are noted and not sent
    #[arg(long, env = "RECALL_SIMULATOR_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// What webhooks are signed with, base64 after `whsec_`; several, separated by commas
    #[arg(
        long,
        env = "RECALL_SIMULATOR_WEBHOOK_SECRET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    webhook_secret: Vec<String>,
    /// The names of the signature's headers: standard or svix
    #[arg(
        long,
        env = "RECALL_SIMULATOR_WEBHOOK_HEADERS",
        default_value = "standard"
    )]
    webhook_headers: SignatureHeaders,
    /// How long a call takes, such as 5-20
    #[arg(long, env = "RECALL_SIMULATOR_LATENCY_MS", default_value = "5-20")]
    latency_ms: Latency,
    /// Limits a minute that differ from the published ones, such as `list_events=60,get_event=5`
    #[arg(long, env = "RECALL_SIMULATOR_LIMITS", default_value = "")]
    limits: Limits,
    /// What the delays between tries of a webhook are multiplied with
    #[arg(long, env = "RECALL_SIMULATOR_RETRY_SCALE", default_value_t = 1.0)]
    retry_scale: f64,
    /// How long changes of a calendar are gathered into one webhook, in milliseconds
    #[arg(long, env = "RECALL_SIMULATOR_COALESCE_MS", default_value_t = 200)]
    coalesce_ms: u64,
    /// How long before its start a bot can no longer be unscheduled, in seconds
    #[arg(long, env = "RECALL_SIMULATOR_DISPATCH_LEAD_S", default_value_t = 0)]
    dispatch_lead_s: u64,
    /// Scheduling a bot changes its event's `updated_at`, and is announced
    #[arg(long, env = "RECALL_SIMULATOR_BOTS_TOUCH_EVENTS")]
    bots_touch_events: bool,
    /// What chance is drawn from
    #[arg(long, env = "RECALL_SIMULATOR_SEED", default_value_t = 1)]
    seed: u64,
}

impl From<Flags> for Options {
    fn from(flags: Flags) -> Self {
        // A variable that is set to nothing is as good as not set.
        let given = |text: &String| !text.is_empty();
        let url = flags.webhook_url.filter(given);
        let secrets = flags.webhook_secret.into_iter().filter(given).collect();
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
            bots_touch_events: flags.bots_touch_events,
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
        "recall-simulator is ready at {}",
        simulator.base_url()
    )?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
