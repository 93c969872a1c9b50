//! A summary of every decision, read with one scan: measurements read it every
//! second, and must not load the stack.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};

use crate::{Stack, variable};

/// The attributes of a row that are read.
const PROJECTION: &str =
    "ical_uid, event_id, starts_at, verdict, wanted.starts_at, applied.starts_at, due";

/// The main attributes of a decision's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSummary {
    /// The key of the row.
    pub key: DecisionKey,
    /// Start of the meeting by the row.
    pub starts_at: Timestamp,
    /// Whether the verdict is to record.
    pub is_recorded: bool,
    /// Start of the wanted bot.
    pub wanted: Option<Timestamp>,
    /// Start of the applied bot, known or uncertain.
    pub applied: Option<Timestamp>,
    /// Whether the row is due.
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
            is_due: row.contains_key("due"),
        })
    }
}

fn instant(attributes: &HashMap<String, AttributeValue>) -> Option<Timestamp> {
    let microseconds = attributes.get("starts_at")?.as_n().ok()?.parse().ok()?;
    Timestamp::from_microsecond(microseconds).ok()
}

impl Stack {
    /// A summary of every stored decision, by the id of its event.
    ///
    /// # Panics
    /// If the table does not respond, or holds a row in another format.
    pub async fn decision_summaries(&self) -> HashMap<String, DecisionSummary> {
        let scan = self
            .tables
            .scan()
            .table_name(variable("CALLSHEET_DECISIONS_TABLE"))
            .projection_expression(PROJECTION);
        let mut pages = scan.into_paginator().send();
        let mut summaries = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.expect("the table responds");
            for row in page.items() {
                let summary = DecisionSummary::of(row).expect("a decision's row");
                summaries.insert(summary.key.event_id.to_string(), summary);
            }
        }
        summaries
    }
}
