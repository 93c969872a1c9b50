//! Command lines that are accepted, and command lines that are refused.

use super::*;
use clap::CommandFactory as _;
use test_case::test_case;

#[test]
fn the_definitions_of_the_arguments_are_consistent() {
    Arguments::command().debug_assert();
}

/// Help that begins with one of several subcommands is about all of them.
#[test]
fn a_group_of_commands_is_described_by_all_of_them() {
    let mut open = vec![Arguments::command()];
    let mut tested = 0;
    while let Some(group) = open.pop() {
        let about = group.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default().to_lowercase();
        let commands: Vec<_> = group.get_subcommands().cloned().collect();
        if commands.iter().any(|one| about.starts_with(one.get_name())) {
            tested += 1;
            for one in &commands {
                assert!(about.contains(one.get_name()), "{about}");
            }
        }
        open.extend(commands);
    }
    assert!(tested > 0);
}

#[test_case("init", true; "init")]
#[test_case("init p.yaml --record marked --own-domains acme.example,acme.test --force", true; "init by flags")]
#[test_case("init --keep-days 0", false; "init with recordings that are not kept")]
#[test_case("init --record some", false; "init with an unknown answer")]
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
#[test_case("console token", true; "an operator's token")]
#[test_case("console token --calendar c --calendar d --for 15m", true; "an owner's token")]
#[test_case("console token --calendar c --reader", false; "a token of two roles")]
#[test_case("console open --for 8h", true; "a link for an operator")]
#[test_case("console link --owner c --owner d", true; "a link for an owner")]
#[test_case("console link", false; "a link for no owner")]
#[test_case("console key add crm --roles owner,participant", true; "a signing key")]
#[test_case("console key remove crm", true; "a signing key that is removed")]
#[test_case("console key list", true; "the signing keys")]
#[test_case("console key add crm", false; "a signing key without roles")]
#[test_case("console key add crm --roles admin", false; "a signing key of an unknown role")]
#[test_case("events", true; "events")]
#[test_case("events --calendar c --day 2026-11-27 --verdict skip --bot due --find Kick", true; "selected events")]
#[test_case("events --from 2026-11-27T09:00Z --until 2026-11-27T18:00+01:00", true; "events of some hours")]
#[test_case("events --day 2026-11-27 --from 2026-11-27T09:00Z", false; "a day and a time")]
#[test_case("events --day tomorrow", false; "a day in words")]
#[test_case("events --bot happy", false; "an unknown state of a bot")]
#[test_case("explain event-1", true; "explain")]
#[test_case("explain --find Kick-off", true; "explain by title")]
#[test_case("explain event-1 --find Kick-off", false; "an event named twice")]
#[test_case("explain", false; "explain without an event")]
#[test_case("override event --find Kick-off skip", true; "an override by title")]
#[test_case("override event skip", false; "an override without an event")]
#[test_case("override series --find Kick-off clear", true; "an override of a series by title")]
#[test_case("retry --find Kick-off", true; "retry by title")]
#[test_case("retry --find Kick-off --all", false; "retry by title and all")]
#[test_case("explain ../event", false; "an id that is a path")]
#[test_case("override event event-1 skip", true; "an override of an event")]
#[test_case("override event event-1 perhaps", false; "an unknown choice")]
#[test_case("override list --csv", true; "overrides for a spreadsheet")]
#[test_case("override list --csv --json", false; "overrides in two formats")]
#[test_case("override import overrides.csv --dry-run --by lead", true; "an import")]
#[test_case("override import", false; "an import of no file")]
#[test_case("activity --most 5 --csv", true; "activity")]
#[test_case("override list --calendar c", true; "a list of overrides")]
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
#[test_case("calendars list --status connected --needs-full-sync --problem --find sales --meetings", true; "selected calendars")]
#[test_case("calendars list --limit 200 --cursor calendar-9", true; "a page of calendars")]
#[test_case("calendars list --limit 0", false; "an empty page")]
#[test_case("calendars list --limit 201", false; "a page that is too long")]
#[test_case("calendars list --cursor ../9", false; "a cursor that is none")]
#[test_case("calendars list --recall --find sales", false; "a comparison of some calendars")]
#[test_case("calendars list --recall --meetings", true; "a comparison with meetings")]
#[test_case("calendars", false; "calendars without a subcommand")]
#[test_case("calendars connect google --client-id c --client-secret-file f --port 8400 --no-browser", true; "connect")]
#[test_case("calendars connect google", false; "connect without an OAuth client")]
#[test_case("calendars connect google --client-id c --client-secret s", false; "a secret is no flag")]
#[test_case("calendars connect yahoo --client-id c", false; "connect elsewhere")]
#[test_case("calendars disconnect sales@acme.example --yes", true; "disconnect")]
#[test_case("calendars disconnect calendar-1 --by lead@acme.example", true; "disconnect, and who asks")]
#[test_case("calendars disconnect calendar-1 --dry-run --json", true; "a dry run of disconnect")]
#[test_case("calendars disconnect calendar-1 --at-recall --yes", true; "disconnect without a sync")]
#[test_case("calendars disconnect calendar-1 --dry-run --yes", false; "a confirmed dry run")]
#[test_case("calendars disconnect --yes", false; "disconnect without a calendar")]
#[test_case("drift --calendar c --calendar sales@acme.example --json", true; "drift")]
#[test_case("drift calendar-sales", false; "drift with a positional argument")]
#[test_case("coverage", true; "coverage")]
#[test_case("coverage --from 2026-11-01 --until 2026-11-27 --by calendar --csv", true; "coverage of some days")]
#[test_case("coverage --by color", false; "coverage by something unknown")]
#[test_case("coverage --from yesterday", false; "coverage since a day in words")]
#[test_case("coverage --csv --json", false; "two formats")]
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
