//! The last calls of a row. They are there for people, so one that this build
//! cannot read is left out rather than in the way of the row.

use callsheet_domain::{CallRecord, Cause, History, Operation, RecordedResult};

use crate::attributes::{Reading, Unreadable, Writing};

pub(super) const HISTORY: &str = "history";

/// What may stand in a history.
const OPERATIONS: [Operation; 4] = [
    Operation::ScheduleBot,
    Operation::UnscheduleBot,
    Operation::GetEvent,
    Operation::LeaveCall,
];

/// The calls as they are stored; none if there were none.
pub(super) fn written(history: &History) -> Option<Vec<Writing>> {
    let calls: Vec<_> = history.calls().iter().map(written_call).collect();
    (!calls.is_empty()).then_some(calls)
}

fn written_call(call: &CallRecord) -> Writing {
    let (outcome, reason) = match &call.outcome {
        RecordedResult::Done => ("done", None),
        RecordedResult::Dispatched => ("dispatched", None),
        RecordedResult::Again(reason) => ("again", Some(reason)),
        RecordedResult::Refused(reason) => ("refused", Some(reason)),
        RecordedResult::Blocked(reason) => ("blocked", Some(reason)),
    };
    Writing::default()
        .instant("at", call.at)
        .text("call", call.operation.as_str())
        .text("cause", call.cause.as_str())
        .text("outcome", outcome)
        .maybe(reason, |entry, reason| entry.text("reason", reason))
        .maybe(call.is_late.then_some(true), |entry, late| {
            entry.flag("late", late)
        })
}

/// The calls of a row; rows of earlier builds have none.
pub(super) fn read(row: Reading<'_>) -> Result<History, Unreadable> {
    let calls = row.maps(HISTORY)?;
    Ok(History::kept(
        calls.into_iter().filter_map(|call| self::call(call).ok()),
    ))
}

fn call(entry: Reading<'_>) -> Result<CallRecord, Unreadable> {
    let reason = || Ok(entry.text("reason")?.to_owned());
    let operation = entry.text("call")?;
    let operation = OPERATIONS
        .into_iter()
        .find(|known| known.as_str() == operation);
    Ok(CallRecord {
        at: entry.instant("at")?,
        operation: operation.ok_or(Unreadable::Malformed("call"))?,
        cause: Cause::named(entry.text("cause")?).ok_or(Unreadable::Malformed("cause"))?,
        outcome: match entry.text("outcome")? {
            "done" => RecordedResult::Done,
            "dispatched" => RecordedResult::Dispatched,
            "again" => RecordedResult::Again(reason()?),
            "refused" => RecordedResult::Refused(reason()?),
            "blocked" => RecordedResult::Blocked(reason()?),
            _ => return Err(Unreadable::Malformed("outcome")),
        },
        is_late: entry.is_set("late")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{Attributes, text};
    use callsheet_domain::Timestamp;

    fn row(entries: Vec<Writing>) -> Attributes {
        Writing::default().list(HISTORY, entries).attributes()
    }

    fn read_of(attributes: &Attributes) -> Result<History, Unreadable> {
        read(Reading::entry(attributes))
    }

    /// A call as it was first written, by hand: this must be read for ever.
    fn first_shape() -> Writing {
        Writing::default()
            .number("at", 1_800_000_000_000_000_i64)
            .text("call", "schedule-bot")
            .text("cause", "new")
            .text("outcome", "again")
            .text("reason", "busy")
            .flag("late", true)
    }

    fn first_shape_read() -> CallRecord {
        CallRecord {
            at: Timestamp::from_second(1_800_000_000).expect("in range"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome: RecordedResult::Again("busy".to_owned()),
            is_late: true,
        }
    }

    #[test]
    fn the_first_shape_is_read_and_written() {
        let history = read_of(&row(vec![first_shape()])).expect("readable");
        assert_eq!(history.calls(), [first_shape_read()]);
        let again = row(written(&history).expect("a call"));
        assert_eq!(again, row(vec![first_shape()]));
    }

    #[test]
    fn a_row_of_an_earlier_build_has_none_and_a_call_of_a_later_one_is_left_out() {
        assert_eq!(read_of(&Attributes::new()), Ok(History::default()));
        let later = first_shape().text("call", "wave-at-bot");
        let history = read_of(&row(vec![later, first_shape()])).expect("readable");
        assert_eq!(history.calls(), [first_shape_read()]);
    }

    #[test]
    fn no_list_is_no_history() {
        let odd = Attributes::from([(HISTORY.to_owned(), text("none"))]);
        assert_eq!(read_of(&odd), Err(Unreadable::Malformed(HISTORY)));
    }
}
