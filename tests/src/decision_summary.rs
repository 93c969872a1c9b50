//! All decisions at a glance: what a measurement asks for every second, and
//! must not keep the stack busy with.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};

use crate::{Stack, variable};

/// Of each row only this is read.
const SHOWN: &str =
    "ical_uid, event_id, starts_at, verdict, wanted.starts_at, applied.starts_at, due";

/// What a row says about its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Where the row is.
    pub key: DecisionKey,
    /// When the meeting starts, as far as the row knows.
    pub starts_at: Timestamp,
    /// Whether it is to be recorded.
    pub is_recorded: bool,
    /// When the bot that is wanted joins.
    pub wanted: Option<Timestamp>,
    /// When the bot joins that is known, or suspected, to be at Recall.
    pub applied: Option<Timestamp>,
    /// Whether there is something to be done.
    pub is_due: bool,
}

impl Glimpse {
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
    /// Every decision there is, by the text of its event's id.
    ///
    /// # Panics
    /// If the table does not answer, or holds what is no row of ours.
    pub async fn glimpse(&self) -> HashMap<String, Glimpse> {
        let scan = self
            .tables
            .scan()
            .table_name(variable("CALLSHEET_DECISIONS_TABLE"))
            .projection_expression(SHOWN);
        let mut pages = scan.into_paginator().send();
        let mut rows = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.expect("the table answers");
            for row in page.items() {
                let seen = Glimpse::of(row).expect("a row of ours");
                rows.insert(seen.key.event_id.to_string(), seen);
            }
        }
        rows
    }
}
