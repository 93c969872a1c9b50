//! What may be written on a line, and what may not.

use super::*;
use clap::CommandFactory as _;
use test_case::test_case;

#[test]
fn the_arguments_make_sense() {
    Arguments::command().debug_assert();
}

#[test_case("policy lint policy.yaml", true; "lint")]
#[test_case("policy lint", false; "lint nothing")]
#[test_case("policy schema", true; "schema")]
#[test_case("policy push policy.yaml --note why --by lead", true; "push")]
#[test_case("policy pull --revision 3 --format json --json", true; "pull")]
#[test_case("policy pull --format toml", false; "pull in a third format")]
#[test_case("policy history --most 5", true; "history")]
#[test_case("preview --policy p.yaml --save e.json --calendar c --calendar d", true; "preview")]
#[test_case("preview --policy p.yaml --events e.json --stored --summary", true; "preview of a file")]
#[test_case("preview --policy p.yaml --events e.json --save f.json", false; "reading and writing")]
#[test_case("preview --policy p.yaml --against q.yaml", false; "against without events")]
#[test_case("preview --policy p.yaml --events e.json --stored --against q.yaml", false; "two befores")]
#[test_case("explain event-1", true; "explain")]
#[test_case("explain ../event", false; "explain a path")]
#[test_case("prefer event event-1 skip", true; "a word on an event")]
#[test_case("prefer event event-1 perhaps", false; "a fourth word")]
#[test_case("prefer series event-1 ask --by lead@acme.example", true; "a word taken back")]
#[test_case("prefer calendar sales@acme.example pause --for 3d", true; "a pause")]
#[test_case("prefer calendar c pause --until 2090-12-24T18:00+01:00", true; "a pause until")]
#[test_case("prefer calendar c pause", false; "a pause without an end")]
#[test_case("prefer calendar c pause --for 3d --until 2090-12-24T18:00Z", false; "two ends")]
#[test_case("prefer calendar c resume", true; "resumed")]
#[test_case("retry event-1", true; "retry one")]
#[test_case("retry --all", true; "retry all")]
#[test_case("retry", false; "retry nothing")]
#[test_case("retry event-1 --all", false; "retry one and all")]
#[test_case("status --json --state-table t", true; "global flags may stand anywhere")]
#[test_case("calendars list --recall --json", true; "the calendars")]
#[test_case("calendars", false; "calendars without a verb")]
#[test_case("calendars disconnect sales@acme.example --yes", true; "disconnect")]
#[test_case("calendars disconnect --yes", false; "disconnect nothing")]
#[test_case("drift --calendar c --calendar sales@acme.example --json", true; "drift")]
#[test_case("drift calendar-sales", false; "drift of what is not named as a calendar")]
#[test_case("sweep", true; "sweep")]
#[test_case("redrive --most 5 --drop-unreadable", true; "redrive")]
#[test_case("redrive --dry-run --json", true; "a look at dead letters")]
#[test_case("redrive --most 0", false; "redrive none")]
#[test_case("redrive --dry-run --drop-unreadable", false; "deleting while only looking")]
#[test_case("status --recall-key k", false; "no key is ever written on a line")]
fn takes(line: &str, accepted: bool) {
    let words = std::iter::once("callsheet").chain(line.split(' '));
    assert_eq!(Arguments::try_parse_from(words).is_ok(), accepted);
}

#[test_case(&[], true; "no calendar is named")]
#[test_case(&["calendar-sales"], true; "its id")]
#[test_case(&["x", "Sales@acme.example"], true; "its owner")]
#[test_case(&["acme.example"], false; "another")]
fn a_calendar_is_asked_for_by_either_name(asked: &[&str], expected: bool) {
    let asked: Vec<_> = asked.iter().map(|text| (*text).to_owned()).collect();
    let id = CalendarId::parse("calendar-sales").expect("an id");
    assert_eq!(is_asked(&asked, &id, Some("sales@acme.example")), expected);
}
