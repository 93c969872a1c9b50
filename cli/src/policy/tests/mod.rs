//! What is wrong is told with its place, and what is pushed is pulled again.

mod reading;

use callsheet_app::PushedBy;
use callsheet_app::ports::Policies as _;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::SyncJob;
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, a_calendar_record, a_decision, an_actor, at,
};
use test_case::test_case;

use super::document::Written;
use super::history::history;
use super::lint::lint;
use super::pull::pull;
use super::push::push;
use crate::arguments::Format;
use crate::error::CliError;
use crate::notify_stack::Asked;
use crate::render::Render as _;

fn yaml(text: impl Into<String>) -> Written {
    Written {
        name: "policy.yaml".to_owned(),
        text: text.into(),
        is_json: false,
    }
}

const MEANT: &str = r#"
version: 1
denied_domains: [law.example]
rules:
  - name: declined
    when: { own_response: [declined] }
    then: skip
  - name: long-ones
    when: external && duration_minutes > 15
    then: record
default: skip
bot: { bot_name: "{{ title }}" }
policies:
  - name: emea
    calendars: ["@emea.acme.example"]
    rules: []
"#;

#[test_case(MEANT, "policy.yaml: 2 rules, 1 policy for some calendars, nothing is wrong"; "nothing")]
#[test_case("", "policy.yaml: line 1, column 1: unexpected end of file\n1 problem"; "an empty file")]
#[test_case("version: 1\n", "policy.yaml: line 1, column 1: missing field `default`\n1 problem"; "something left out")]
#[test_case("version: 1\ndefault: recrd\n", "policy.yaml: line 2, column 10: unknown variant `recrd`, expected one of record, skip; did you mean `record`?\n1 problem"; "a misspelt verdict")]
#[test_case("version: 1\ndefault: maybe\n", "policy.yaml: line 2, column 10: unknown variant `maybe`, expected one of record, skip\n1 problem"; "a third verdict")]
#[test_case("version: 1\nversion: 1\ndefault: skip\n", "policy.yaml: line 2, column 1: duplicate mapping key `version` is not allowed here\n1 problem"; "said twice")]
#[test_case("version: 1\ndefault: skip\nrules:\n- {name: a, when: {external: yes}, then: skip}\n", "policy.yaml: line 4, column 30: invalid boolean (true or false expected)\n1 problem"; "a yes of YAML before 1.2")]
#[test_case("version: 2\ntime_zone: Europe/Bonn\ndefault: skip\nrules:\n- {name: A, when: particpants > 3, then: skip}\n", "\
policy.yaml: version: there is no version 2 of the format: write 1
policy.yaml: time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, or a Windows name
policy.yaml: rules[0].name: a name has 1 to 60 lower-case letters, digits and hyphens
policy.yaml: rules[0].when: line 1, column 1: there is no fact \"particpants\"; did you mean \"participants\"?
4 problems"; "everything at once")]
fn tells_what_is_wrong(text: &str, expected: &str) {
    let linted = lint(&yaml(text));
    assert_eq!(linted.text(), expected);
    assert_eq!(
        linted.exit_code(),
        u8::from(!expected.ends_with("nothing is wrong"))
    );
}

#[test]
fn json_is_told_by_line_and_column_too() {
    let written = Written {
        is_json: true,
        ..yaml("{\"version\": 1,\n \"default\": \"skip\",}")
    };
    let problems = lint(&written).problems;
    assert_eq!(problems[0].place, "line 2, column 20");
    assert_eq!(problems[0].message, "trailing comma");
}

struct House {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

impl House {
    fn new() -> Self {
        Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        }
    }

    async fn push(&self, text: impl Into<String>) -> Result<super::push::Pushed, CliError> {
        let pusher = PushedBy {
            by: an_actor(),
            note: Some("for a reason".to_owned()),
            at: at("09:30"),
        };
        let tables = (&self.state, &self.decisions, Some(&self.queue));
        push(tables, &yaml(text), pusher).await
    }
}

#[tokio::test]
async fn a_push_takes_effect_at_once() {
    let house = House::new();
    let pushed = house.push(MEANT).await.expect("it is pushed");
    assert_eq!((pushed.revision, pushed.is_new), (1, true));
    assert_eq!(house.queue.sent(), [SyncJob::Resync]);
    assert!(
        pushed
            .text()
            .starts_with("Revision 1 is in force: 2 rules, 1 policy for some calendars.")
    );
}

#[tokio::test]
async fn what_is_pulled_is_pushed_back_as_unchanged() {
    let house = House::new();
    house.push(MEANT).await.expect("it is pushed");
    for format in [Format::Yaml, Format::Json] {
        let pulled = pull(&house.state, None, format)
            .await
            .expect("it is pulled");
        assert_eq!(lint(&yaml(&pulled)).problems, []);
        let again = house.push(pulled).await.expect("it is pushed");
        assert_eq!(
            (again.revision, again.is_new, again.sweep),
            (1, false, None)
        );
    }
    assert_eq!(house.queue.sent().len(), 1);
}

#[tokio::test]
async fn the_built_in_policy_is_pulled_before_any_is_pushed() {
    let house = House::new();
    let pulled = pull(&house.state, None, Format::Yaml)
        .await
        .expect("it is pulled");
    assert!(
        pulled.starts_with("# The policy that is built in.\nversion: 1\n"),
        "{pulled}"
    );
    assert!(!house.push(pulled).await.expect("it is pushed").is_new);
    let missing = pull(&house.state, Some(7), Format::Yaml).await;
    assert_eq!(missing.expect_err("it is not kept").exit_code(), 1);
}

#[tokio::test]
async fn nothing_that_is_wrong_is_pushed() {
    let house = House::new();
    let refused = house
        .push("version: 3\ndefault: skip\n")
        .await
        .expect_err("it is refused");
    assert_eq!(refused.exit_code(), 1);
    assert!(
        refused.report().contains("policy.yaml: version: "),
        "{}",
        refused.report()
    );
    assert_eq!(house.state.active_revision().await.expect("memory").0, 0);
}

#[tokio::test]
async fn another_scheme_is_refused_while_a_bot_is_wanted() {
    let house = House::new();
    let record = a_calendar_record();
    house.state.write_record(&record).await.expect("memory");
    house.decisions.write(&a_decision()).await.expect("memory");
    let text = format!("{MEANT}deduplication: calendar\n");
    let refused = house.push(text).await.expect_err("it is refused");
    assert_eq!(refused.exit_code(), 1);
    assert!(
        refused.report().contains("1 upcoming meetings"),
        "{}",
        refused.report()
    );
    assert!(house.queue.sent().is_empty());
}

#[tokio::test]
async fn a_push_stands_though_nobody_could_be_told() {
    let house = House::new();
    let pusher = PushedBy {
        by: an_actor(),
        note: None,
        at: at("09:30"),
    };
    let tables = (&house.state, &house.decisions, None::<&MemoryQueue>);
    let put = push(tables, &yaml(MEANT), pusher)
        .await
        .expect("it is pushed");
    assert!(matches!(put.sweep, Some(Asked::No(_))));
    assert!(
        put.text()
            .contains("the next sweep, in a minute or so, makes it good")
    );
}

#[tokio::test]
async fn the_history_is_listed_newest_first() {
    let house = House::new();
    assert!(
        history(&house.state, 5)
            .await
            .expect("memory")
            .text()
            .starts_with("No policy")
    );
    house.push(MEANT).await.expect("it is pushed");
    house
        .push("version: 1\ndefault: skip\n")
        .await
        .expect("it is pushed");
    let history = history(&house.state, 5).await.expect("memory");
    let text = history.text();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[2].contains("2  2090-03-06 09:30 UTC  lead@acme.example  0 rules"),
        "{text}"
    );
    assert!(lines[2].ends_with("for a reason"), "{text}");
    assert!(
        lines[3].contains("2 rules, 1 policy for some calendars"),
        "{text}"
    );
}
