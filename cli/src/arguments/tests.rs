//! Command lines that are accepted, and command lines that are refused.

use super::*;
use clap::CommandFactory as _;
use test_case::test_case;

#[test]
fn the_definitions_of_the_arguments_are_consistent() {
    Arguments::command().debug_assert();
}

#[test_case("policy lint policy.yaml", true; "lint")]
#[test_case("policy lint", false; "lint without a file")]
#[test_case("policy schema", true; "schema")]
#[test_case("policy push policy.yaml --note why --by lead", true; "push")]
#[test_case("policy pull --revision 3 --format json --json", true; "pull")]
#[test_case("policy pull --format toml", false; "pull in an unknown format")]
#[test_case("policy history --most 5", true; "history")]
#[test_case("preview --policy p.yaml --save e.json --calendar c --calendar d", true; "preview")]
#[test_case("preview --policy p.yaml --events e.json --stored --summary", true; "preview of a file")]
#[test_case("preview --policy p.yaml --events e.json --save f.json", false; "reading and saving events")]
#[test_case("preview --policy p.yaml --against q.yaml", false; "against without events")]
#[test_case("preview --policy p.yaml --events e.json --stored --against q.yaml", false; "two policies to compare with")]
#[test_case("explain event-1", true; "explain")]
#[test_case("explain ../event", false; "an id that is a path")]
#[test_case("override event event-1 skip", true; "an override of an event")]
#[test_case("override event event-1 perhaps", false; "an unknown choice")]
#[test_case("override series event-1 clear --by lead@acme.example", true; "an override cleared")]
#[test_case("pause sales@acme.example --for 3d", true; "a pause")]
#[test_case("pause c --until 2090-12-24T18:00+01:00", true; "a pause until")]
#[test_case("pause c", false; "a pause without an end")]
#[test_case("pause c --for 3d --until 2090-12-24T18:00Z", false; "a pause with two ends")]
#[test_case("resume c", true; "resume")]
#[test_case("retry event-1", true; "retry one")]
#[test_case("retry --all", true; "retry all")]
#[test_case("retry", false; "retry without an event")]
#[test_case("retry event-1 --all", false; "retry one and all")]
#[test_case("forget sales@acme.example --yes", true; "forget")]
#[test_case("forget", false; "forget without a name")]
#[test_case("rebuild event-1 --dry-run", true; "rebuild one")]
#[test_case("rebuild --all", true; "rebuild all")]
#[test_case("rebuild", false; "rebuild without an event")]
#[test_case("rebuild event-1 --all", false; "rebuild one and all")]
#[test_case("status --json --state-table t", true; "global flags after the command")]
#[test_case("calendars list --recall --json", true; "list calendars")]
#[test_case("calendars", false; "calendars without a subcommand")]
#[test_case("calendars disconnect sales@acme.example --yes", true; "disconnect")]
#[test_case("calendars disconnect --yes", false; "disconnect without a calendar")]
#[test_case("drift --calendar c --calendar sales@acme.example --json", true; "drift")]
#[test_case("drift calendar-sales", false; "drift with a positional argument")]
#[test_case("resync", true; "resync")]
#[test_case("resync --full", true; "resync of everything")]
#[test_case("redrive --most 5 --drop-unreadable", true; "redrive")]
#[test_case("redrive --dry-run --json", true; "a dry run of redrive")]
#[test_case("redrive --most 0", false; "redrive of no message")]
#[test_case("redrive --dry-run --drop-unreadable", false; "deleting in a dry run")]
#[test_case("status --recall-key k", false; "the API key is no flag")]
fn accepts_or_refuses(line: &str, accepted: bool) {
    let words = std::iter::once("callsheet").chain(line.split(' '));
    assert_eq!(Arguments::try_parse_from(words).is_ok(), accepted);
}
