//! What the lines of a file say, where their problems are, and what an import changes.

use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{OverrideChoice, OverrideScope};
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, a_calendar_record, a_decision, an_actor, at,
};
use test_case::test_case;

use super::super::list_csv;
use super::*;
use crate::render::{Render as _, assert_published};
use callsheet_api::override_list::OverrideList;
use callsheet_app::list_overrides::list_overrides;

struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

impl Harness {
    /// A connected calendar with the decision about one event.
    async fn new() -> Self {
        let harness = Self::without_calendars();
        let record = a_calendar_record();
        harness.state.write_record(&record).await.expect("memory");
        harness
            .decisions
            .write(&a_decision())
            .await
            .expect("memory");
        harness
    }

    fn without_calendars() -> Self {
        Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        }
    }

    async fn import(&self, text: &str, is_dry_run: bool) -> OverrideImport {
        let (report, lines) = parsed("overrides.csv".to_owned(), text, is_dry_run);
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let imported = import(ports, (report, lines), &an_actor(), at("09:30")).await;
        let imported = imported.expect("memory");
        assert_published("override-import", &imported);
        imported
    }

    async fn exported(&self) -> String {
        let ports = (&self.state, &self.decisions);
        let listed = list_overrides(ports, &[], at("09:40")).await;
        list_csv::table(&OverrideList::of(&listed.expect("memory")))
    }

    async fn stored(&self) -> Vec<(OverrideScope, OverrideChoice)> {
        let owner = a_calendar_record().calendar.owner();
        let stored = self.state.overrides(&owner).await.expect("memory");
        let stored = stored.by_scope.into_iter();
        let mut stored: Vec<_> = stored.map(|(scope, one)| (scope, one.choice)).collect();
        stored.sort_by_key(|(scope, _)| scope.clone());
        stored
    }
}

const FILE: &str = "\
scope,choice,until,platform,owner,id,by
event,skip,,google_calendar,sales@acme.example,k3v9_20900313T100000Z,jane@acme.example
series,record,,,Sales@acme.example,k3v9,
ical_uid,skip,,,sales@acme.example,7d1f@other.example,
pause,,2090-03-06T12:00Z,,sales@acme.example,,
";

#[tokio::test]
async fn a_dry_run_shows_what_a_file_would_change_and_changes_nothing() {
    let harness = Harness::new().await;
    let shown = harness.import(FILE, true).await;
    let expected = "\
line  for     says                        owner               id                     by                 is
───────────────────────────────────────────────────────────────────────────────────────────────────────────
   2  event   skip                        sales@acme.example  k3v9_20900313T100000Z  jane@acme.example  new
   3  series  record                      sales@acme.example  k3v9                   lead@acme.example  new
   4  series  skip                        sales@acme.example  7d1f@other.example     lead@acme.example  new
   5  pause   until 2090-03-06 12:00 UTC  sales@acme.example                         lead@acme.example  new

4 lines: 4 would be set. Nothing was changed, since this is a dry run.";
    assert_eq!(shown.text(), expected);
    assert_eq!(
        (harness.stored().await, harness.queue.sent()),
        (vec![], vec![])
    );
}

#[tokio::test]
async fn an_import_is_stored_once_and_syncs_each_calendar_once() {
    let harness = Harness::new().await;
    let imported = harness.import(FILE, false).await;
    assert_eq!((imported.exit_code(), harness.queue.sent().len()), (0, 1));
    assert_eq!(harness.stored().await.len(), 3);
    let again = harness.import(FILE, false).await;
    assert_eq!(again.text(), "4 lines: 4 already in force.");
    assert_eq!(harness.queue.sent().len(), 1, "nothing is to be synced");
}

#[tokio::test]
async fn what_was_exported_can_be_imported_where_no_calendar_is_connected_yet() {
    let (from, to) = (Harness::new().await, Harness::without_calendars());
    from.import(FILE, false).await;
    let exported = from.exported().await;
    let imported = to.import(&exported, false).await;
    assert_eq!(imported.problems, []);
    assert!(
        imported
            .text()
            .contains("No calendar is known of 4 lines' owners"),
        "{}",
        imported.text()
    );
    assert_eq!(to.stored().await, from.stored().await);
    let record = a_calendar_record();
    to.state.write_record(&record).await.expect("memory");
    let parts = |text: &str| -> Vec<String> {
        // Recall's ids, titles and times of the change are others there.
        let mut lines: Vec<_> = text
            .lines()
            .map(|line| line.split(',').take(5).collect())
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(parts(&to.exported().await), parts(&exported));
}

/// A list of what is in force has them too, so that a file of it can be imported as it is.
#[test_case("", "Left out: 1 choice for whole meetings."; "alone")]
#[test_case("series,skip,,sales@acme.example,k3v9,\n", "1 line: 1 set.\n\nLeft out: 1 choice for whole meetings."; "beside others")]
#[tokio::test]
async fn a_choice_for_a_whole_meeting_is_not_imported(others: &str, expected: &str) {
    let harness = Harness::new().await;
    let choice = "meeting,skip,,sales@acme.example,k3v9@google.com,event-1";
    let file = format!("scope,choice,until,owner,id,event_id\n{others}{choice}\n");
    let imported = harness.import(&file, false).await;
    assert_eq!(imported.exit_code(), 0);
    let text = imported.text();
    assert!(text.contains(expected), "{text}");
    assert_eq!(harness.stored().await.len(), others.lines().count());
}

#[tokio::test]
async fn an_event_is_also_named_by_its_id_at_recall() {
    let harness = Harness::new().await;
    let file = "event_id;scope;choice\nevent-1;event;skip\n";
    let imported = harness.import(file, false).await;
    assert_eq!(imported.problems, []);
    let id = a_decision().platform_id.expect("it has one");
    let expected = [(OverrideScope::Event(id), OverrideChoice::Skip)];
    assert_eq!(harness.stored().await, expected);
}

/// Each row is the line after `scope,choice,until,owner,id,event_id`.
#[test_case("event,maybe,,sales@acme.example,k3v9,", "line 2, column choice: `maybe`: expected record, skip or clear"; "an unknown choice")]
#[test_case("event,,,sales@acme.example,k3v9,", "line 2, column choice: a value is missing: expected record, skip or clear"; "a missing choice")]
#[test_case("meetings,skip,,sales@acme.example,k3v9,", "line 2, column scope: `meetings`: expected event, series, ical_uid or pause"; "an unknown scope")]
#[test_case("event,skip,,,k3v9,", "line 2, column owner: a value is missing: name the owner's address, or Recall's id of a calendar in the column `calendar`"; "no owner")]
#[test_case("event,skip,,lead@acme.example,k3v9,", "line 2, column owner: no calendar has the id or the owner \"lead@acme.example\": `callsheet calendars list` shows the known ones"; "an owner of no known calendar, without a platform")]
#[test_case("event,skip,2090-03-06T12:00Z,sales@acme.example,k3v9,", "line 2, column until: `2090-03-06T12:00Z`: only a pause has an end"; "an override with an end")]
#[test_case("pause,,tomorrow,sales@acme.example,,", "line 2, column until: `tomorrow`: expected a time"; "an end in words")]
#[test_case("pause,skip,2090-03-06T12:00Z,sales@acme.example,,", "line 2, column choice: `skip`: of a pause it is empty, or `clear` to end it now"; "a pause with a choice")]
#[test_case("pause,,2090-03-06T12:00Z,sales@acme.example,k3v9,", "line 2, column id: `k3v9`: a pause is for all events of its owner"; "a pause of an event")]
#[test_case("event,skip,,,,event-9", "line 2, column event_id: no decision about event event-9 is stored"; "an unknown event")]
#[test_case("event,skip", "line 2: it has 2 fields, and the first line has 6"; "a line that is too short")]
#[test_case("series,skip,,sales@acme.example,k3v9,\nseries,record,,sales@acme.example,k3v9_R20900306T100000,", "line 3: line 2 is about the same: keep one of the two"; "one series twice, by two names")]
#[tokio::test]
async fn a_problem_has_its_line_and_column_and_nothing_is_changed(line: &str, expected: &str) {
    let harness = Harness::new().await;
    let good = "series,skip,,sales@acme.example,another,";
    let file = format!("scope,choice,until,owner,id,event_id\n{line}\n{good}\n");
    let shown = harness.import(&file, false).await;
    let text = shown.text();
    assert!(
        text.starts_with(&format!("overrides.csv: {expected}")),
        "{text}"
    );
    assert!(text.ends_with("1 problem: nothing was changed"), "{text}");
    assert_eq!((harness.stored().await, shown.exit_code()), (vec![], 1));
}

#[test_case("scope,choise\n", "overrides.csv: line 1, column choise: there is no such column: the first line names columns of scope, choice,"; "an unknown column")]
#[test_case("scope,scope\n", "overrides.csv: line 1, column scope: this column is there twice"; "a column twice")]
#[test_case("event,skip\n", "overrides.csv: line 1, column event: there is no such column"; "no names of columns")]
#[test_case("", "overrides.csv: line 1: the column `scope` is missing"; "an empty file")]
#[tokio::test]
async fn the_first_line_names_the_columns(file: &str, expected: &str) {
    let shown = Harness::new().await.import(file, true).await;
    assert!(shown.text().starts_with(expected), "{}", shown.text());
}

#[test_case("pause,,2090-03-06T09:00Z,sales@acme.example,", "1 line: 1 over."; "a pause that is over")]
#[test_case("pause,clear,,sales@acme.example,", "1 line: 1 already in force."; "the end of a pause that there is not")]
#[test_case("series,clear,,sales@acme.example,k3v9", "1 line: 1 already in force."; "the end of an override that there is not")]
#[tokio::test]
async fn a_line_that_changes_nothing_writes_nothing(line: &str, expected: &str) {
    let harness = Harness::new().await;
    let file = format!("\u{feff}scope,choice,until,owner,id\n{line}\n");
    let shown = harness.import(&file, false).await;
    assert_eq!(shown.text(), expected);
    assert_eq!(
        (harness.stored().await, harness.queue.sent()),
        (vec![], vec![])
    );
}
