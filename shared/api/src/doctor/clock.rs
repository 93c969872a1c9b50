//! Check of the clocks: a webhook's signature is refused if its time is five minutes off, and AWS
//! refuses requests of a machine whose clock is.

use callsheet_domain::Timestamp;
use jiff::SignedDuration;

use super::case::Case;
use super::check::{Check, CheckName};
use crate::words::duration;

/// A difference that needs no attention: the services tell whole seconds, and answers take a while.
const SMALL: SignedDuration = SignedDuration::from_secs(30);
/// A difference with which signatures are about to be refused.
const LARGE: SignedDuration = SignedDuration::from_mins(4);

impl Case {
    pub(super) fn clock(&self) -> Check {
        let name = CheckName::Clock;
        let skews: Vec<_> = self.skews().collect();
        let Some((service, skew)) = skews.iter().max_by_key(|(_, skew)| skew.abs()) else {
            return name.warn(
                "Neither AWS nor Recall told its time",
                "Compare the clock of this machine with another one",
            );
        };
        let direction = if skew.is_negative() {
            "behind"
        } else {
            "ahead of"
        };
        let finding = format!(
            "The clock of this machine is {} {direction} that of {service}",
            duration(skew.abs())
        );
        let advice = "Synchronise the clock of this machine (NTP). If it is right, the clock of the service is \
                      wrong: then signatures of webhooks are refused";
        match skew.abs() {
            skew if skew >= LARGE => name.fail(finding, advice),
            skew if skew > SMALL => name.warn(finding, advice),
            _ => name.ok("The clocks of this machine and the services agree"),
        }
    }

    /// How far this machine's clock is ahead of each service's.
    fn skews(&self) -> impl Iterator<Item = (&'static str, SignedDuration)> {
        let skew = |here: Timestamp, there: Timestamp| here.duration_since(there);
        let recall = self.key.known().and_then(|key| {
            let there = key.answer.as_ref().ok()?.answered_at?;
            Some(("Recall", skew(key.received_at, there)))
        });
        let aws = self.endpoint.known().and_then(|endpoint| {
            let signed = endpoint
                .signed
                .as_ref()
                .and_then(|reply| reply.as_ref().ok());
            let reply = signed.or(endpoint.unsigned.as_ref().ok())?;
            Some(("AWS", skew(endpoint.received_at, reply.answered_at?)))
        });
        recall.into_iter().chain(aws)
    }
}
