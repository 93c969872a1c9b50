//! A server that stands in for DynamoDB, SQS and Recall with what one test put there. It answers
//! reads by what is stored, and accepts all writes without storing them.

use std::collections::HashMap;

use callsheet_domain::{BotConfig, CalendarOwner, Email, Platform};
use serde_json::{Map, Value, json};

use crate::server::{CHANGED, HOUR, SIGNING_KEYS, START, Server, attributes, sent_back};

/// What a person and Recall make of a request for consent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The person refuses.
    Refused,
    /// The person consents, and Recall refuses the credentials.
    RefusedByRecall,
    /// The calendar is created.
    Given,
}

impl Consent {
    fn answer(self, line: &str, target: &str) -> Option<(u16, Value)> {
        if !target.is_empty() {
            return None;
        }
        Some(match self {
            Self::Refused if line.contains("/oauth/authorize?") => {
                (302, sent_back(line, "error=access_denied"))
            }
            _ if line.contains("/oauth/authorize?") => (302, sent_back(line, "code=1")),
            _ if line.contains("/oauth/token") => (200, json!({"refresh_token": "token"})),
            Self::RefusedByRecall if line.starts_with("POST") => (400, json!({"code": "invalid"})),
            Self::Given if line.starts_with("POST") => (
                201,
                json!({
                    "id": "calendar-2", "platform": "google_calendar", "status": "connecting",
                    "platform_email": null, "updated_at": "2090-03-06T09:00:00Z",
                }),
            ),
            _ => return None,
        })
    }
}

/// What is stored, and what Recall lists.
#[derive(Clone, Default)]
pub(crate) struct Stage {
    state: Vec<Value>,
    decisions: Vec<Value>,
    /// Events at Recall.
    events: Vec<Value>,
    /// Calendars at Recall.
    calendars: Vec<Value>,
    /// Signing keys, if they are others than usual.
    signing_keys: Option<&'static str>,
    /// What becomes of a request for consent.
    consent: Option<Consent>,
}

/// A decision to record `event`, with a bot that is wanted and not there yet.
pub(crate) fn a_decision(event: &str) -> Value {
    json!({
        "v": 1, "ical_uid": format!("meeting-of-{event}"), "event_id": event, "calendar_id": "calendar-1",
        "platform_id": format!("platform-{event}"), "starts_at": START, "ends_at": START + HOUR,
        "title": format!("Kick-off {event}"), "verdict": "record", "rule": "external", "reason": "it is external",
        "facts": {}, "inputs": {"event": CHANGED, "calendar": 1, "policy": 1, "overrides": 0},
        "wanted": {
            "deduplication_key": format!("key-of-{event}"), "starts_at": START,
            "meeting_url": "https://meet.example/1", "config": a_config().to_string(),
        },
        "generation": 1, "attempts": 0, "version": 1,
    })
}

/// The decision with its bot at Recall.
pub(crate) fn scheduled(mut decision: Value) -> Value {
    let config = BotConfig::new(a_config()).expect("a configuration");
    decision["applied"] = decision["wanted"].clone();
    decision["applied"]["config"] = config.digest().as_str().into();
    decision["applied"]["bot_id"] = "bot-1".into();
    decision
}

/// The decision after its last call was given up.
pub(crate) fn abandoned(mut decision: Value) -> Value {
    decision["attempts"] = 9.into();
    decision["abandoned"] = json!({"generation": 1, "reason": "no meeting url"});
    decision
}

/// The decision as a later version would have written it.
pub(crate) fn unreadable(mut row: Value) -> Value {
    row["v"] = 99.into();
    row
}

fn a_config() -> Value {
    json!({"bot_name": "Notes"})
}

/// The record of a calendar with this owner.
pub(crate) fn a_calendar(id: &str, owner: &str) -> Value {
    json!({
        "v": 1, "partition": format!("calendar#{id}"), "sort": "calendar", "listed": "calendar-0",
        "calendar_id": id, "platform": "google_calendar", "status": "connected", "email": owner,
        "updated_at": CHANGED, "revision": 1, "changed_at": CHANGED, "version": 1,
    })
}

impl Stage {
    /// One connected calendar without events, here and at Recall, and the first policy.
    pub(crate) fn calm() -> Self {
        Self::default()
            .holding(json!({"v": 1, "partition": "policies", "sort": "policy", "revision": 1}))
            .holding(json!({
                "v": 1, "partition": "policies", "sort": "policy#0000000001", "revision": 1,
                "document": json!({"version": 1, "default": "record"}).to_string(),
                "by": "lead@acme.example", "at": 1,
            }))
            .holding(a_calendar("calendar-1", "sales@acme.example"))
            .connecting("calendar-1")
    }

    /// With other signing keys of the console.
    pub(crate) fn signing_with(mut self, keys: &'static str) -> Self {
        self.signing_keys = Some(keys);
        self
    }

    /// With a row of state.
    pub(crate) fn holding(mut self, mut row: Value) -> Self {
        if row["sort"] == "calendar" {
            row["owner"] = owner_of(&row).into();
        }
        self.state.push(row);
        self
    }

    /// With a decision, in the indexes that show it.
    pub(crate) fn deciding(mut self, mut row: Value) -> Self {
        row["day"] = "2090-03-06".into();
        row["bot_state"] = "due".into();
        row["counted"] = json!({"result": "no_bot", "policy": 1});
        if !row["abandoned"].is_null() {
            row["due"] = "abandoned".into();
        } else if row["applied"].is_null() {
            row["due"] = "due".into();
        }
        self.decisions.push(row);
        self
    }

    /// With a calendar at Recall.
    pub(crate) fn connecting(mut self, id: &str) -> Self {
        self.calendars.push(json!({
            "id": id, "platform": "google_calendar", "status": "connected",
            "platform_email": "sales@acme.example", "updated_at": "2090-03-06T09:00:00Z",
        }));
        self
    }

    /// With a person who is asked for consent.
    pub(crate) fn consenting(mut self, consent: Consent) -> Self {
        self.consent = Some(consent);
        self
    }

    /// With no calendar at Recall.
    pub(crate) fn disconnected(mut self) -> Self {
        self.calendars.clear();
        self
    }

    /// With an event at Recall, which has these bots.
    pub(crate) fn listing(mut self, id: &str, bots: Value) -> Self {
        self.events.push(json!({
            "id": id, "calendar_id": "calendar-1", "ical_uid": format!("meeting-of-{id}"),
            "platform": "google_calendar", "platform_id": format!("platform-{id}"),
            "start_time": "2090-03-06T10:00:00Z", "end_time": "2090-03-06T11:00:00Z",
            "created_at": "2090-03-01T08:00:00Z", "updated_at": "2090-03-06T09:00:00Z",
            "is_deleted": false, "meeting_url": "https://meet.example/1", "meeting_platform": "zoom",
            "raw": {"summary": "Kick-off"}, "bots": bots,
        }));
        self
    }

    /// Serves it on a port of its own.
    pub(crate) fn start(self) -> Server {
        Server::answering(move |line, target, body| {
            if let Some(consent) = self.consent
                && let Some(answer) = consent.answer(line, target)
            {
                return answer;
            }
            (200, self.answer(line, target, body))
        })
    }

    fn answer(&self, line: &str, target: &str, body: &Value) -> Value {
        let operation = target.rsplit('.').next().unwrap_or_default();
        match operation {
            "GetItem" => {
                let table = body["TableName"].as_str().unwrap_or_default();
                self.row(table, &body["Key"])
                    .map_or(json!({}), |row| json!({"Item": row}))
            }
            "BatchGetItem" => {
                let requests = body["RequestItems"].as_object().expect("requests");
                let of_table = |(table, request): (&String, &Value)| {
                    let keys = request["Keys"].as_array().expect("keys");
                    let rows = keys.iter().filter_map(|key| self.row(table, key));
                    (table.clone(), rows.collect())
                };
                let responses: Map<_, Value> = requests.iter().map(of_table).collect();
                json!({"Responses": responses, "UnprocessedKeys": {}})
            }
            "Query" | "Scan" => {
                let table = body["TableName"].as_str().unwrap_or_default();
                let rows = self.table(table).iter().map(attributes);
                let rows: Vec<_> = rows.filter(|row| is_asked_for(row, body)).collect();
                json!({"Count": rows.len(), "Items": rows})
            }
            "UpdateItem" => json!({"Attributes": attributes(&json!({"v": 1, "next_free_at": 0}))}),
            "GetQueueAttributes" => {
                let names = ["", "NotVisible", "Delayed"];
                let counts = names.map(|name| (format!("ApproximateNumberOfMessages{name}"), "0"));
                json!({"Attributes": HashMap::from(counts)})
            }
            "SendMessage" => json!({"MessageId": "message-1"}),
            "GetSecretValue" => json!({"SecretString": self.signing_keys.unwrap_or(SIGNING_KEYS)}),
            "GetRandomPassword" => json!({"RandomPassword": "0".repeat(64)}),
            "" if line.starts_with("DELETE") => json!({}),
            "" if line.contains("calendar-events") => listed(&self.events),
            "" if line.contains("/calendars/calendar-1") => self.calendars[0].clone(),
            "" => listed(&self.calendars),
            _ => json!({}),
        }
    }

    fn table(&self, name: &str) -> &[Value] {
        match name {
            "decisions" => &self.decisions,
            _ => &self.state,
        }
    }

    fn row(&self, table: &str, key: &Value) -> Option<Value> {
        let key = key.as_object().expect("a key");
        let mut rows = self.table(table).iter().map(attributes);
        rows.find(|row| key.iter().all(|(name, value)| row[name] == *value))
    }
}

/// The partition of the owner of a calendar.
fn owner_of(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let Ok(email) = Email::parse(text("email")) else {
        return text("partition").to_owned();
    };
    let platform: Platform = text("platform").parse().expect("a platform");
    let digest = CalendarOwner::Person { platform, email }.digest();
    format!("person#{}", digest.expect("a person has one"))
}

fn listed(results: &[Value]) -> Value {
    json!({"next": null, "previous": null, "results": results})
}

/// Whether the expressions of a query or a scan hold for a row.
fn is_asked_for(row: &Value, body: &Value) -> bool {
    let expressions = ["KeyConditionExpression", "FilterExpression"];
    let given = expressions.iter().filter_map(|name| body[*name].as_str());
    let terms = given.map(spelled_out).collect::<Vec<_>>().join(" AND ");
    terms.split(" AND ").all(|term| {
        let words = term.trim_start_matches("begins_with");
        let words = words
            .trim_start_matches("attribute_exists")
            .replace(['(', ')', ','], " ");
        let words: Vec<_> = words.split_whitespace().collect();
        let (first, last) = (words[0], words[words.len() - 1]);
        let name = body["ExpressionAttributeNames"][first].as_str();
        let found = &row[name.unwrap_or(first)];
        let given = &body["ExpressionAttributeValues"][last];
        let text = |value: &Value| value["S"].as_str().map(str::to_owned);
        let number = |value: &Value| {
            value["N"]
                .as_str()
                .and_then(|text| text.parse::<i64>().ok())
        };
        match () {
            () if term.starts_with("begins_with") => text(found)
                .zip(text(given))
                .is_some_and(|(found, given)| found.starts_with(&given)),
            () if term.starts_with("attribute_exists") => !found.is_null(),
            () if words[1] == "=" => found == given,
            () if words[1] == "<" => text(found)
                .zip(text(given))
                .is_some_and(|(found, given)| found < given),
            () if words[1] == ">" => number(found) > number(given),
            () if words[1] == ">=" => (number(found), text(found)) >= (number(given), text(given)),
            () if words[1] == "<=" => (number(found), text(found)) <= (number(given), text(given)),
            () => panic!("no such term: {term}"),
        }
    })
}

/// An expression with two comparisons in place of a `BETWEEN`.
fn spelled_out(expression: &str) -> String {
    let Some((before, between)) = expression.split_once(" BETWEEN ") else {
        return expression.to_owned();
    };
    let name = before.rsplit(' ').next().unwrap_or(before);
    let (from, until) = between.split_once(" AND ").expect("two ends");
    format!("{before} >= {from} AND {name} <= {until}")
}
