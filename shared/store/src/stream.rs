//! Records of the tables' streams, as Lambda delivers them: a row before and after one write.
//!
//! A record that cannot be read costs itself: a stream is in order, so that waiting for a
//! build that can read it would hold up all that follow. If only the row before the write cannot
//! be read, the record is that of a new row.

use callsheet_app::Metric;
use callsheet_app::publish::{RowImages, StreamRecord};
use callsheet_domain::{Timestamp, plus, whole_microseconds};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::Value;

use crate::attributes::{Attributes, Unreadable};
use crate::decisions::{is_decision, read_decision};
use crate::state::{StateRow, read_active_policy, read_calendar};

#[derive(Deserialize)]
struct Record {
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    /// In seconds.
    #[serde(default)]
    approximate_creation_date_time: f64,
    sequence_number: String,
    /// None if the row was deleted.
    new_image: Option<Item>,
    /// None if the row is new.
    old_image: Option<Item>,
}

/// The record of a stream with new and old images that `record` is, in Lambda's JSON; none
/// if it cannot be read, which is logged and counted.
#[must_use]
pub fn read_stream_record(record: Value) -> Option<StreamRecord> {
    let Record { dynamodb: change } = match serde_json::from_value(record) {
        Ok(record) => record,
        Err(error) => {
            set_aside(&format!("its form: {error}"));
            return None;
        }
    };
    let images = match images(change.old_image, change.new_image) {
        Ok(images) => images,
        Err(problem) => {
            let sequence = &change.sequence_number;
            set_aside(&format!("its row, sequence number {sequence}: {problem}"));
            return None;
        }
    };
    Some(StreamRecord {
        sequence: change.sequence_number,
        at: instant_of(change.approximate_creation_date_time),
        images,
    })
}

fn set_aside(problem: &str) {
    Metric::UnreadableRows.count(1_u32);
    tracing::error!(
        problem,
        "a record of a table's stream is left out, since it cannot be read: {problem}"
    );
}

fn images(old: Option<Item>, new: Option<Item>) -> Result<RowImages, Unreadable> {
    let Some(new) = new.map(Attributes::from) else {
        return Ok(RowImages::Other);
    };
    let old = old.map(Attributes::from);
    Ok(if is_decision(&new) {
        RowImages::Decision {
            before: old
                .and_then(|old| readable(read_decision(old)))
                .map(Box::new),
            after: Box::new(read_decision(new)?),
        }
    } else {
        match StateRow::of(&new) {
            StateRow::Calendar => RowImages::Calendar {
                before: old
                    .and_then(|old| readable(read_calendar(old)))
                    .map(Box::new),
                after: Box::new(read_calendar(new)?),
            },
            StateRow::ActivePolicy => RowImages::Policy {
                before: old.and_then(|old| readable(read_active_policy(old))),
                after: read_active_policy(new)?,
            },
            StateRow::Other => RowImages::Other,
        }
    })
}

/// The row before a write; none if it cannot be read, which is logged and counted.
fn readable<R>(before: Result<R, Unreadable>) -> Option<R> {
    let unreadable = |problem: &Unreadable| {
        Metric::UnreadableRows.count(1_u32);
        tracing::warn!(
            %problem,
            "the row before a write cannot be read, so that the write is told as a new row: {problem}"
        );
    };
    before.inspect_err(unreadable).ok()
}

/// The instant so many seconds after the epoch; the epoch for a number that is none.
fn instant_of(seconds: f64) -> Timestamp {
    let since = SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::ZERO);
    whole_microseconds(plus(Timestamp::UNIX_EPOCH, since))
}

#[cfg(test)]
mod tests {
    use callsheet_domain::{CalendarStatus, PolicyRevision};
    use callsheet_testkit::{With as _, a_calendar_record, a_decision};
    use serde_json::json;
    use test_case::test_case;

    use super::*;
    use crate::decisions::written_decision;
    use crate::state::written::{active_policy, calendar_at_its_key};

    fn record(old: Option<Attributes>, new: Option<Attributes>) -> Value {
        json!({
            "eventName": "MODIFY",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_767_603_600.5,
                "SequenceNumber": "111",
                "NewImage": new.map(Item::from),
                "OldImage": old.map(Item::from),
            },
        })
    }

    #[test]
    fn a_decision_is_read_before_and_after_a_write() {
        let before = a_decision();
        let after = a_decision().with(|row| {
            row.title = Some("Another".to_owned());
            row.version = row.version.next();
        });
        let images = [&before, &after].map(written_decision).map(Some);
        let [old, new] = images;
        let read = read_stream_record(record(old, new)).expect("readable");
        // A write leaves the row under the next version.
        let written = |row: callsheet_domain::Decision| {
            Box::new(row.with(|row| row.version = row.version.next()))
        };
        let expected = StreamRecord {
            sequence: "111".to_owned(),
            at: "2026-01-05T09:00:00.5Z".parse().expect("an instant"),
            images: RowImages::Decision {
                before: Some(written(before)),
                after: written(after),
            },
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn a_calendar_is_read_before_and_after_a_write() {
        let before = a_calendar_record();
        let after = a_calendar_record().with(|record| {
            record.calendar.status = CalendarStatus::Disconnected;
            record.version = record.version.next();
        });
        let written = [&before, &after].map(calendar_at_its_key).map(Some);
        let [old, new] = written;
        let read = read_stream_record(record(old, new)).expect("readable");
        let RowImages::Calendar { before, after } = read.images else {
            panic!("{:?}", read.images);
        };
        let statuses = [before.expect("there was one"), after].map(|record| record.calendar.status);
        let expected = [CalendarStatus::Connected, CalendarStatus::Disconnected];
        assert_eq!(statuses, expected);
    }

    #[test]
    fn a_write_over_a_row_that_cannot_be_read_is_told_as_a_new_row() {
        let unreadable = serde_dynamo::to_item(json!({"v": 99})).expect("a row");
        let new = Some(written_decision(&a_decision()));
        let read = read_stream_record(record(Some(unreadable), new)).expect("readable");
        assert!(matches!(
            read.images,
            RowImages::Decision { before: None, .. }
        ));
    }

    #[test]
    fn the_active_policy_is_read_before_and_after_a_push() {
        let head = |revision| Some(active_policy(PolicyRevision(revision)));
        let read = read_stream_record(record(head(6), head(7))).expect("readable");
        let expected = RowImages::Policy {
            before: Some(PolicyRevision(6)),
            after: PolicyRevision(7),
        };
        assert_eq!(read.images, expected);
    }

    #[test_case(None, None; "a row that was deleted")]
    #[test_case(None, Some(json!({"partition": "sync", "sort": "workspace", "v": 1})); "another row of the state")]
    #[test_case(None, Some(json!({"partition": "policies", "sort": "policy#0000000001", "v": 1})); "the document of a policy")]
    fn nothing_is_told_of(old: Option<Value>, new: Option<Value>) {
        let item = |row: Value| serde_dynamo::to_item(row).expect("a row");
        let read = read_stream_record(record(old.map(item), new.map(item)));
        assert_eq!(read.map(|record| record.images), Some(RowImages::Other));
    }

    #[test_case(json!({"dynamodb": {}}); "without a sequence number")]
    #[test_case(json!("hello"); "no record")]
    #[test_case(json!({"dynamodb": {"SequenceNumber": "1", "NewImage": {"ical_uid": {"S": "a"}, "event_id": {"S": "b"}, "v": {"N": "1"}}}}); "an incomplete decision")]
    #[test_case(json!({"dynamodb": {"SequenceNumber": "1", "NewImage": {"partition": {"S": "calendar#a"}, "sort": {"S": "calendar"}, "v": {"N": "2"}}}}); "a calendar of a later build")]
    fn a_record_that_cannot_be_read_is_left_out(record: Value) {
        assert_eq!(read_stream_record(record), None);
    }
}
