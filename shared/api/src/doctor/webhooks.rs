//! Checks of webhooks: the address, the secret, and what arrives.

use callsheet_app::PortError;
use callsheet_app::bot_state::BotState;
use callsheet_app::doctor::Gathered;
use callsheet_app::ports::EndpointResult;

use super::case::Case;
use super::check::{Check, CheckName};
use crate::finding::FindingKind;
use crate::words::instant;

/// What to do about an address that is not that of the webhook function.
const ADDRESS: &str = "Set CALLSHEET_WEBHOOK_URL to the output WebhookUrl of the stack, or unset it, and add \
                       the same address as the endpoint in Recall's dashboard";
/// What to do about a function that fails.
const FUNCTION: &str = "Look at the log of the webhook function: it cannot start, or the queue did not take \
                        the message";

impl Case {
    /// An endpoint that does not ask for a signature is not the webhook function.
    pub(super) fn webhook_endpoint(&self) -> Check {
        let name = CheckName::WebhookEndpoint;
        let endpoint = match &self.endpoint {
            Gathered::Known(endpoint) => endpoint,
            Gathered::NotGiven(problem) => return name.warn(problem, ADDRESS),
            Gathered::Failed(error) => return name.fail(error.to_string(), ADDRESS),
        };
        match endpoint.unsigned.as_ref().map(|reply| &reply.result) {
            Ok(EndpointResult::NotSigned) => {
                name.ok("The webhook function answers, and refuses a webhook without a signature")
            }
            Ok(EndpointResult::Accepted) => name.fail(
                "The webhook address accepts a webhook without a signature: it is not the webhook function",
                ADDRESS,
            ),
            Ok(EndpointResult::NotTaken) => name.fail("The webhook function fails", FUNCTION),
            Ok(EndpointResult::Other(answer)) => name.fail(
                format!("The webhook address answers {answer}: it is not that of the webhook function"),
                ADDRESS,
            ),
            Err(error) => name.fail(error.to_string(), ADDRESS),
        }
    }

    pub(super) fn webhook_secret(&self) -> Check {
        let name = CheckName::WebhookSecret;
        let Some(endpoint) = self.endpoint.known() else {
            return name.not_seen(
                "Whether a signed webhook is accepted",
                CheckName::WebhookEndpoint,
            );
        };
        let Some(signed) = &endpoint.signed else {
            if endpoint.unsigned.is_err() {
                return name.not_seen(
                    "Whether a signed webhook is accepted",
                    CheckName::WebhookEndpoint,
                );
            }
            return name.warn(
                "No webhook secret is given, so no signed webhook was tried",
                "Set CALLSHEET_WEBHOOK_SECRET to the signing secret in Recall's dashboard",
            );
        };
        match signed.as_ref().map(|reply| &reply.result) {
            Ok(EndpointResult::Accepted) if endpoint.is_about_calendar => {
                name.ok("A signed webhook was accepted, and is in the queue")
            }
            Ok(EndpointResult::Accepted) => {
                name.ok("A signed webhook was accepted. No calendar is known, so it did not go to the queue")
            }
            Ok(EndpointResult::NotSigned) => name.fail(
                "The webhook function refuses a webhook that is signed with the given secret",
                "Put the signing secret of Recall's dashboard into the secret WebhookSecrets of the stack. A \
                 clock that is 5 minutes off has the same effect",
            ),
            Ok(EndpointResult::NotTaken) => {
                name.fail("The webhook function did not take a signed webhook", FUNCTION)
            }
            Ok(EndpointResult::Other(answer)) => name.fail(
                format!("The webhook address answers {answer} to a signed webhook"),
                ADDRESS,
            ),
            Err(error) => name.fail(PortError::to_string(error), ADDRESS),
        }
    }

    /// Changes without webhooks show an endpoint that is missing, disabled or misconfigured at
    /// Recall, which cannot be asked.
    pub(super) fn webhook_delivery(&self) -> Check {
        let name = CheckName::WebhookDelivery;
        let Some(status) = self.status.known() else {
            return name.not_seen("When the last webhook came", CheckName::Tables);
        };
        let findings = status.health.findings.iter();
        let mut missing = findings.filter(|one| one.kind == FindingKind::WebhooksMissing);
        if let Some(finding) = missing.next() {
            return name.fail(
                &finding.problem,
                "In Recall's dashboard, check that the endpoint is the WebhookUrl of this stack, that it is \
                 enabled (five days of failures disable it), and that its signing secret is in the secret \
                 WebhookSecrets",
            );
        }
        match status.health.webhook_accepted_at {
            Some(at) => name.ok(format!("The last webhook about events was accepted {}", instant(at))),
            None => name.warn(
                "No webhook of Recall has been accepted yet",
                "Add the WebhookUrl of this stack as an endpoint in Recall's dashboard. Then change an event in \
                 a connected calendar, and run this again",
            ),
        }
    }

    /// Only what arrives tells which types an endpoint is subscribed to.
    pub(super) fn event_types(&self) -> Check {
        let name = CheckName::EventTypes;
        let Some(status) = self.status.known() else {
            return name.not_seen("Which types of webhooks came", CheckName::Tables);
        };
        let (events, bots) = (
            status.health.webhook_accepted_at,
            status.health.bot_webhook_accepted_at,
        );
        let in_calls = status.meetings.today.with_bot(&[BotState::Dispatched]);
        match (events, bots) {
            (Some(events), Some(bots)) => name.ok(format!(
                "The last `calendar.sync_events` came {}, the last `bot.*` {}",
                instant(events),
                instant(bots)
            )),
            (None, Some(_)) => name.fail(
                "Webhooks about bots come, but none about calendars",
                "Subscribe the endpoint to `calendar.sync_events` and `calendar.update` in Recall's dashboard",
            ),
            (Some(_), None) if in_calls > 0 => name.warn(
                "A bot is in a call, but no `bot.*` webhook ever came, so outcomes stay unknown",
                "Subscribe the endpoint to all `bot.*` events in Recall's dashboard",
            ),
            (Some(_), None) => name.ok(
                "Webhooks about calendars come. The first `bot.*` comes once a bot joins a call",
            ),
            (None, None) => name.not_seen("Which types of webhooks come", CheckName::WebhookDelivery),
        }
    }
}
