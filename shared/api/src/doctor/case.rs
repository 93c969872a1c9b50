//! The evidence of a diagnosis, with the status of the workspace judged.

use callsheet_app::doctor::{
    EndpointEvidence, Evidence, Gathered, KeyEvidence, StackEvidence, ThrottledOperation,
};

use crate::status::{Periods, Status};

/// The evidence, with the status judged.
pub(super) struct Case {
    pub(super) aws_region: Gathered<String>,
    pub(super) stack: Gathered<StackEvidence>,
    pub(super) recall_url: String,
    pub(super) list_events_per_minute: u32,
    pub(super) key: Gathered<KeyEvidence>,
    pub(super) endpoint: Gathered<EndpointEvidence>,
    pub(super) status: Gathered<Status>,
    pub(super) throttled: Gathered<Vec<ThrottledOperation>>,
}

impl Case {
    pub(super) fn of(evidence: Evidence) -> Self {
        let periods = periods(evidence.stack.known());
        let now = evidence.now;
        Self {
            aws_region: evidence.aws_region,
            stack: evidence.stack,
            recall_url: evidence.recall_url,
            list_events_per_minute: evidence.list_events_per_minute,
            key: evidence.key,
            endpoint: evidence.endpoint,
            status: match evidence.status {
                Gathered::Known(read) => Gathered::Known(Status::of(read, periods, now)),
                Gathered::NotGiven(problem) => Gathered::NotGiven(problem),
                Gathered::Failed(error) => Gathered::Failed(error),
            },
            throttled: evidence.throttled,
        }
    }

    /// A parameter of the stack, if the stack is known.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        parameter(self.stack.known(), name)
    }
}

fn parameter<'a>(stack: Option<&'a StackEvidence>, name: &str) -> Option<&'a str> {
    let described = stack?.described.as_ref()?;
    described.parameters.get(name).map(String::as_str)
}

/// How often the stack does its periodic work; by default as the template has it.
fn periods(stack: Option<&StackEvidence>) -> Periods {
    let minutes = |name: &str| parameter(stack, name).and_then(|value| value.parse().ok());
    Periods {
        resync_every_minutes: minutes("ResyncEveryMinutes").unwrap_or(1),
        catch_up_every_minutes: minutes("CatchUpEveryMinutes").unwrap_or(5),
    }
}
