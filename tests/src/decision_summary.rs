//! Summaries of all decisions, which benchmarks read every second: few attributes, so that reading
//! them puts little load on the stack.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};

use crate::{Stack, variable};

/// Attributes of a summary.
const ATTRIBUTES: &str =
    "ical_uid, event_id, starts_at, verdict, wanted.starts_at, applied.starts_at, due";

/// Part of the index of due decisions that shows those that are due; others show the abandoned
/// ones, and those that wait for an owner check.
const DUE: &str = "due";

/// Summary of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSummary {
    /// Key of the decision.
    pub key: DecisionKey,
    /// Start of the meeting, as of the decision.
    pub starts_at: Timestamp,
    /// Whether the verdict is `record`.
    pub is_recorded: bool,
    /// Start of the wanted bot.
    pub wanted: Option<Timestamp>,
    /// Start of the applied bot, also of an uncertain one.
    pub applied: Option<Timestamp>,
    /// Whether the decision is due. One that waits for an owner check has nothing to call for.
    pub is_due: bool,
}

impl DecisionSummary {
    fn of(row: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name: &str| row.get(name)?.as_s().ok();
        let bot = |name: &str| instant(row.get(name)?.as_m().ok()?);
        Some(Self {
            key: DecisionKey {
                ical_uid: IcalUid::parse(text("ical_uid")?.as_str()).ok()?,
                event_id: EventId::parse(text("event_id")?.as_str()).ok()?,
            },
            starts_at: instant(row)?,
            is_recorded: text("verdict")? == "record",
            wanted: bot("wanted"),
            applied: bot("applied"),
            is_due: text("due").is_some_and(|part| part == DUE),
        })
    }
}

fn instant(attributes: &HashMap<String, AttributeValue>) -> Option<Timestamp> {
    let microseconds = attributes.get("starts_at")?.as_n().ok()?.parse().ok()?;
    Timestamp::from_microsecond(microseconds).ok()
}

impl Stack {
    /// Summaries of all decisions, by the text of their event's id.
    ///
    /// # Panics
    /// If the table does not answer, or contains a row that is not a decision.
    pub async fn decision_summaries(&self) -> HashMap<String, DecisionSummary> {
        let scan = self
            .tables
            .scan()
            .table_name(variable("CALLSHEET_DECISIONS_TABLE"))
            .projection_expression(ATTRIBUTES);
        let mut pages = scan.into_paginator().send();
        let mut summaries = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.expect("the table answers");
            for row in page.items() {
                let summary = DecisionSummary::of(row).expect("the row is a decision");
                summaries.insert(summary.key.event_id.to_string(), summary);
            }
        }
        summaries
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(Some("due") => true; "with work for the scheduler")]
    #[test_case(Some("check") => false; "with an owner check")]
    #[test_case(Some("abandoned") => false; "abandoned")]
    #[test_case(None => false; "with nothing to do")]
    fn only_a_decision_that_has_a_call_to_make_is_due(part: Option<&str>) -> bool {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut row = HashMap::from([
            ("ical_uid".to_owned(), text("meeting@example")),
            (
                "event_id".to_owned(),
                text("0191e9c8-1f3c-7d4e-8a5b-6c7d8e9f0a1b"),
            ),
            ("verdict".to_owned(), text("record")),
            ("starts_at".to_owned(), AttributeValue::N("1".to_owned())),
        ]);
        row.extend(part.map(|part| ("due".to_owned(), text(part))));
        DecisionSummary::of(&row).expect("a decision").is_due
    }
}
