//! The last calls of a row. People read them, so a call that this build does
//! not know is left out, and does not make the row unreadable.

use callsheet_domain::{CallRecord, Cause, History, Operation, RecordedResult, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::stored_text;

/// The calls, oldest first.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct HistoryRow(Vec<StoredCall>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredCall {
    Call(CallRow),
    #[serde(skip_serializing)]
    Other(IgnoredAny),
}

#[derive(Serialize, Deserialize)]
struct CallRow {
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    #[serde(with = "stored_text")]
    call: Operation,
    #[serde(with = "stored_text")]
    cause: Cause,
    #[serde(flatten)]
    outcome: OutcomeRow,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    late: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
enum OutcomeRow {
    Done,
    Dispatched,
    Again(String),
    Refused(String),
    Blocked(String),
}

impl HistoryRow {
    pub(super) fn of(history: &History) -> Self {
        let calls = history.calls().iter().map(CallRow::of);
        Self(calls.map(StoredCall::Call).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn history(self) -> History {
        History::kept(self.0.into_iter().filter_map(|stored| match stored {
            StoredCall::Call(row) => Some(row.call()),
            StoredCall::Other(_) => None,
        }))
    }
}

impl CallRow {
    fn of(call: &CallRecord) -> Self {
        Self {
            at: call.at,
            call: call.operation,
            cause: call.cause,
            outcome: match call.outcome.clone() {
                RecordedResult::Done => OutcomeRow::Done,
                RecordedResult::Dispatched => OutcomeRow::Dispatched,
                RecordedResult::Again(reason) => OutcomeRow::Again(reason),
                RecordedResult::Refused(reason) => OutcomeRow::Refused(reason),
                RecordedResult::Blocked(reason) => OutcomeRow::Blocked(reason),
            },
            late: call.is_late,
        }
    }

    fn call(self) -> CallRecord {
        CallRecord {
            at: self.at,
            operation: self.call,
            cause: self.cause,
            outcome: match self.outcome {
                OutcomeRow::Done => RecordedResult::Done,
                OutcomeRow::Dispatched => RecordedResult::Dispatched,
                OutcomeRow::Again(reason) => RecordedResult::Again(reason),
                OutcomeRow::Refused(reason) => RecordedResult::Refused(reason),
                OutcomeRow::Blocked(reason) => RecordedResult::Blocked(reason),
            },
            is_late: self.late,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{Attributes, Unreadable, read_attributes};
    use serde_json::{Value, json};

    #[derive(Serialize, Deserialize)]
    struct Row {
        history: HistoryRow,
    }

    fn attributes(row: impl Serialize) -> Attributes {
        serde_dynamo::to_item(row).expect("a row")
    }

    fn read(history: Value) -> Result<History, Unreadable> {
        let row: Row = read_attributes(attributes(json!({"history": history})))?;
        Ok(row.history.history())
    }

    /// A call as version 1 of the row's shape holds it, written by hand.
    fn a_stored_call() -> Value {
        json!({
            "at": 1_800_000_000_000_000_i64,
            "call": "schedule-bot",
            "cause": "new",
            "outcome": "again",
            "reason": "busy",
            "late": true,
        })
    }

    fn the_call() -> CallRecord {
        CallRecord {
            at: Timestamp::from_second(1_800_000_000).expect("in range"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome: RecordedResult::Again("busy".to_owned()),
            is_late: true,
        }
    }

    #[test]
    fn a_call_as_written_by_hand_is_read_and_written() {
        let history = read(json!([a_stored_call()])).expect("readable");
        assert_eq!(history.calls(), [the_call()]);
        let written = Row {
            history: HistoryRow::of(&history),
        };
        let by_hand = json!({"history": [a_stored_call()]});
        assert_eq!(attributes(written), attributes(by_hand));
    }

    #[test]
    fn a_call_without_a_reason_comes_back() {
        let call =
            json!({"at": 1, "call": "unschedule-bot", "cause": "unwanted", "outcome": "done"});
        let history = read(json!([call])).expect("readable");
        assert_eq!(history.calls()[0].outcome, RecordedResult::Done);
        assert!(!history.calls()[0].is_late);
    }

    #[test]
    fn a_call_of_a_later_build_is_left_out() {
        assert_eq!(read(json!([])), Ok(History::default()));
        let mut later = a_stored_call();
        later["call"] = "wave-at-bot".into();
        let history = read(json!([later, a_stored_call()])).expect("readable");
        assert_eq!(history.calls(), [the_call()]);
    }

    #[test]
    fn a_text_is_not_a_history() {
        let malformed = Unreadable::Malformed("history".to_owned());
        assert_eq!(read(json!("none")), Err(malformed));
    }
}
