//! Summaries of all decisions, which benchmarks read every second: few attributes, so that reading
//! them puts little load on the stack.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};

use crate::{Stack, variable};

/// Attributes of a summary.
const ATTRIBUTES: &str =
    "ical_uid, event_id, starts_at, verdict, wanted.starts_at, applied.starts_at, due";

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
    /// Whether the decision is due.
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
            is_due: text("due").is_some_and(|part| part != "abandoned"),
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
