//! A client of the deployed stack: its tables, its queues, and the simulated Recall.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use callsheet_app::ports::{Calendars as _, Decisions as _, Queue as _};
use callsheet_domain::{
    CalendarId, CalendarOwner, Decision, SyncJob, SyncReason, SyncRequest, Timestamp,
};
use callsheet_queue::SqsQueue;
use callsheet_store::{DecisionTable, StateTable};
use recall_simulator::client::ControlClient;
use serde_json::Value;

use crate::{Comparison, Webhook, variable};

/// A client of the deployed stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The control interface of the simulated Recall.
    pub recall: ControlClient,
    /// The table of decisions.
    pub decisions: DecisionTable,
    /// The table of calendars, overrides, policies and rate limits.
    pub state: StateTable,
    /// The queue of sync jobs.
    pub queue: SqsQueue,
    /// The webhook function.
    pub webhook: Webhook,
    pub(crate) tables: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    queue_url: String,
    dead_letter_queue_url: String,
}

impl Stack {
    /// The stack that the environment names.
    ///
    /// # Panics
    /// If the environment names none.
    #[must_use]
    pub fn of_environment() -> Self {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
            None,
            None,
            "environment",
        );
        let (endpoint, region) = (
            variable("AWS_ENDPOINT_URL"),
            Region::new(variable("AWS_REGION")),
        );
        let tables = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region.clone())
            .credentials_provider(credentials.clone())
            .endpoint_url(&endpoint)
            .http_client(http.clone())
            .build();
        let queues = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(credentials)
            .endpoint_url(&endpoint)
            .http_client(http)
            .build();
        let tables = aws_sdk_dynamodb::Client::from_conf(tables);
        let sqs = aws_sdk_sqs::Client::from_conf(queues);
        let queue_url = variable("CALLSHEET_QUEUE_URL");
        Self {
            recall: ControlClient::new(variable("CALLSHEET_SIMULATOR_URL")),
            decisions: DecisionTable::new(tables.clone(), variable("CALLSHEET_DECISIONS_TABLE")),
            state: StateTable::new(tables.clone(), variable("CALLSHEET_STATE_TABLE")),
            queue: SqsQueue::new(sqs.clone(), queue_url.clone()),
            webhook: Webhook::of_environment(),
            tables,
            sqs,
            queue_url,
            dead_letter_queue_url: variable("CALLSHEET_DLQ_URL"),
        }
    }

    /// Now, by this machine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the stack under test runs in real time"
        )]
        Timestamp::now()
    }

    /// The decisions on a calendar's meetings that are not over.
    ///
    /// # Panics
    /// If the table does not respond.
    pub async fn decisions_of(&self, calendar: &CalendarId) -> Vec<Decision> {
        let keys = self
            .decisions
            .of_calendar(calendar, self.now())
            .await
            .expect("the index");
        let mut rows = self
            .decisions
            .decisions(&keys)
            .await
            .expect("the table")
            .decisions;
        rows.sort_by(|a, b| (a.starts_at, &a.key).cmp(&(b.starts_at, &b.key)));
        rows
    }

    /// Every row of the tables of decisions and of state, as plain JSON.
    ///
    /// # Panics
    /// If a table does not respond.
    pub async fn stored_rows(&self) -> [Vec<Value>; 2] {
        let (decisions, state) = ("CALLSHEET_DECISIONS_TABLE", "CALLSHEET_STATE_TABLE");
        [self.scan(decisions).await, self.scan(state).await]
    }

    async fn scan(&self, table: &str) -> Vec<Value> {
        let scan = self.tables.scan().table_name(variable(table));
        let items = scan.into_paginator().items().send();
        let items: Vec<_> = items.try_collect().await.expect("the table");
        serde_dynamo::from_items(items).expect("rows of texts, numbers, flags, lists and maps")
    }

    /// Compares the wanted bots of these calendars' upcoming meetings with the bots at Recall.
    ///
    /// # Panics
    /// If the tables or Recall do not respond.
    pub async fn compare(&self, calendars: &[CalendarId]) -> Comparison {
        let mut decisions = Vec::new();
        for calendar in calendars {
            decisions.extend(self.decisions_of(calendar).await);
        }
        let events = self.recall.events().await.expect("the simulator");
        let bots = self.recall.bots().await.expect("the simulator");
        Comparison::of(&decisions, &events, &bots, calendars, self.now())
    }

    /// Sends a request for a full sync of a calendar.
    ///
    /// # Panics
    /// If the queue does not take it.
    pub async fn request_full_sync(&self, calendar: &CalendarId) {
        let request = SyncRequest {
            calendar_id: calendar.clone(),
            reason: SyncReason::FullSync,
            sent_at: self.now(),
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("the queue takes it");
    }

    /// The owner of a calendar, to whom its overrides belong.
    ///
    /// # Panics
    /// If the calendar was never synced.
    pub async fn owner_of(&self, calendar: &CalendarId) -> CalendarOwner {
        let record = self.state.record(calendar).await.expect("the table");
        record.expect("it was synced").calendar.owner()
    }

    /// Requests a resync, as the timer does.
    ///
    /// # Panics
    /// If the queue does not take it.
    pub async fn request_resync(&self) {
        let sent_at = self.now();
        let sent = self.queue.send(&SyncJob::ResyncNow { sent_at }).await;
        sent.expect("the queue takes it");
    }

    /// Sends a message of any text, such as none that a version of Callsheet writes.
    ///
    /// # Panics
    /// If the queue does not take it.
    pub async fn send_raw(&self, text: &str) {
        let sent = self
            .sqs
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(text);
        sent.send().await.expect("the queue takes it");
    }

    /// Adds a message of any text to the dead-letter queue, as if it had been
    /// received too often, and returns its id.
    ///
    /// # Panics
    /// If the queue does not take it.
    pub async fn add_dead_letter(&self, text: &str) -> String {
        let sent = self
            .sqs
            .send_message()
            .queue_url(&self.dead_letter_queue_url)
            .message_body(text);
        let sent = sent.send().await.expect("the queue takes it");
        sent.message_id.expect("a message has an id")
    }

    /// Number of messages on the queue, those in flight and delayed ones included.
    ///
    /// # Panics
    /// If the queue does not respond.
    pub async fn queued(&self) -> u64 {
        self.messages(&self.queue_url).await
    }

    /// Number of dead-lettered messages.
    ///
    /// # Panics
    /// If the queue does not respond.
    pub async fn dead_letters(&self) -> u64 {
        self.messages(&self.dead_letter_queue_url).await
    }

    async fn messages(&self, url: &str) -> u64 {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let counts = [
            Name::ApproximateNumberOfMessages,
            Name::ApproximateNumberOfMessagesNotVisible,
            Name::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let response = request
            .set_attribute_names(Some(counts.to_vec()))
            .send()
            .await;
        let response = response.expect("the queue responds");
        let attributes = response.attributes.unwrap_or_default();
        attributes
            .values()
            .filter_map(|count| count.parse::<u64>().ok())
            .sum()
    }
}
