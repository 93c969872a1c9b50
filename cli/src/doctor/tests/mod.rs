//! What is gathered about a stack that works, to be changed by the tests.

mod checks;
mod gathering;

use callsheet_app::doctor::{
    EndpointEvidence, Evidence, Gathered, GivenSetting, KeyEvidence, StackEvidence,
};
use callsheet_app::ports::{
    Activity, ActivityLog as _, BatchActivity, Calendars as _, DescribedStack, EndpointReply,
    EndpointResult, NewPolicy, PageOfCalendars, Policies as _, RecallReply,
};
use callsheet_app::status::{Days, Queues, WorkspaceStatus, status};
use callsheet_app::{PortError, Service};
use callsheet_domain::{CompletedSync, OverrideRevision, PolicyRevision};
use callsheet_testkit::{
    MemoryDeadLetters, MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar,
    a_calendar_record, an_actor, at,
};
use jiff::tz::TimeZone;

const NOW: &str = "09:30";
const URL: &str = "https://us-east-1.recall.ai";
const TABLE: &str = "callsheet-StateTable-1";

/// The status of a stack that works, with one calendar.
async fn a_status() -> WorkspaceStatus {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let record = a_calendar_record().with(|record| {
        record.last_sync = Some(CompletedSync {
            began_at: at("09:29"),
            since: None,
            full_sync_at: Some(at("09:29")),
            policy: PolicyRevision(1),
            overrides: OverrideRevision(0),
            holds_until: None,
        });
    });
    state.write_record(&record).await.expect("memory");
    let policy = NewPolicy {
        document: "{}".to_owned(),
        by: an_actor(),
        at: at("08:30"),
        note: None,
        newest_used: PolicyRevision(0),
    };
    state
        .push(&policy, PolicyRevision(0))
        .await
        .expect("memory");
    let all = Activity {
        webhook_at: Some(at("09:29")),
        bot_webhook_at: Some(at("09:28")),
        resynced_at: Some(at("09:29")),
        batch: Some(BatchActivity {
            handled_at: at("09:29"),
            oldest_sent_at: at("09:29"),
        }),
        scheduler_ran_at: Some(at("09:29")),
    };
    state.note_activity(&all).await.expect("memory");
    let queues = Queues {
        sync: Some(MemoryQueue::new()),
        dead_letters: Some(MemoryDeadLetters::new()),
    };
    let days = Days::at(at(NOW), &TimeZone::UTC).expect("in range");
    let read = status((&state, &decisions, &queues), days, at(NOW)).await;
    read.expect("memory")
}

fn a_stack() -> DescribedStack {
    let map = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    DescribedStack {
        status: "UPDATE_COMPLETE".to_owned(),
        outputs: map(&[
            ("DecisionsTableName", "callsheet-DecisionsTable-1"),
            ("StateTableName", TABLE),
            ("SyncQueueUrl", "https://sqs.us-east-1.amazonaws.com/1/sync"),
            (
                "DeadLetterQueueUrl",
                "https://sqs.us-east-1.amazonaws.com/1/dead",
            ),
            (
                "WebhookUrl",
                "https://a.execute-api.us-east-1.amazonaws.com/webhook",
            ),
        ]),
        parameters: map(&[
            ("RecallBaseUrl", URL),
            ("ListEventsPerMinute", "60"),
            ("PageTopicArn", "arn:aws:sns:us-east-1:1:alarms"),
        ]),
    }
}

fn a_reply(result: EndpointResult) -> EndpointReply {
    EndpointReply {
        result,
        answered_at: Some(at(NOW)),
    }
}

fn a_page() -> PageOfCalendars {
    PageOfCalendars {
        calendars: vec![a_calendar()],
        unreadable: Vec::new(),
        next: None,
    }
}

/// Evidence of a stack that works.
async fn healthy() -> Evidence {
    Evidence {
        aws_region: Gathered::Known("us-east-1".to_owned()),
        stack: Gathered::Known(StackEvidence {
            name: "callsheet".to_owned(),
            described: Some(a_stack()),
            settings: vec![GivenSetting {
                variable: "CALLSHEET_STATE_TABLE",
                output: "StateTableName",
                value: Some(TABLE.to_owned()),
            }],
        }),
        recall_url: URL.to_owned(),
        list_events_per_minute: 60,
        key: Gathered::Known(KeyEvidence {
            answer: Ok(RecallReply {
                page: a_page(),
                answered_at: Some(at(NOW)),
            }),
            received_at: at(NOW),
            elsewhere: None,
        }),
        endpoint: Gathered::Known(EndpointEvidence {
            unsigned: Ok(a_reply(EndpointResult::NotSigned)),
            signed: Some(Ok(a_reply(EndpointResult::Accepted))),
            is_about_calendar: true,
            received_at: at(NOW),
        }),
        status: Gathered::Known(a_status().await),
        throttled: Gathered::Known(Vec::new()),
        now: at(NOW),
    }
}

fn denied(service: Service, reason: &str) -> PortError {
    PortError::Denied {
        service,
        reason: reason.to_owned(),
    }
}

fn unavailable(service: Service) -> PortError {
    PortError::Unavailable {
        service,
        reason: "the connection failed".to_owned(),
        source: None,
    }
}

/// The known part of the evidence, to be changed.
fn known<T>(gathered: &mut Gathered<T>) -> &mut T {
    match gathered {
        Gathered::Known(known) => known,
        other => panic!("it is known: {}", other.known().is_none()),
    }
}

fn stack(evidence: &mut Evidence) -> &mut DescribedStack {
    let stack = known(&mut evidence.stack);
    stack.described.as_mut().expect("it is described")
}

fn parameter(name: &'static str, value: &'static str) -> impl Fn(&mut Evidence) {
    move |evidence| {
        let parameters = &mut stack(evidence).parameters;
        parameters.insert(name.to_owned(), value.to_owned());
    }
}

fn answered(evidence: &mut Evidence) -> &mut RecallReply {
    let key = known(&mut evidence.key);
    key.answer.as_mut().expect("it answered")
}
