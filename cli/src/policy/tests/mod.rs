//! Problems are reported with their places, and a pushed policy can be pulled.

mod reading;

use callsheet_api::delivery::Delivery;
use callsheet_api::policy::Pushed;
use callsheet_api::policy_file::{PolicyFile, lint};
use callsheet_app::PushedBy;
use callsheet_app::ports::Policies as _;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::SyncJob;
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, a_calendar_record, a_decision, an_actor, at,
};
use test_case::test_case;

use super::history::history;
use super::pull::pull;
use super::push::push;
use crate::arguments::Format;
use crate::error::CliError;
use crate::render::Render as _;

fn yaml(text: impl Into<String>) -> PolicyFile {
    PolicyFile {
        name: "policy.yaml".to_owned(),
        text: text.into(),
        is_json: false,
    }
}

const VALID: &str = r#"
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
bot: { bot_name: "{{ title }}", recording_config: { retention: { type: timed, hours: 720 } } }
policies:
  - name: emea
    calendars: ["@emea.acme.example"]
    rules: []
"#;

#[test_case(VALID, "policy.yaml: 2 rules, 1 policy for some calendars, no problems"; "a valid policy")]
#[test_case("", "policy.yaml: the policy is empty: write at least `version: 1` and `default: skip`\n1 problem"; "an empty file")]
#[test_case("version: 1\n", "policy.yaml: the key `default` is missing: write `default: record` or `skip`\n1 problem"; "a missing field")]
#[test_case("version: 1\ndefault: recrd\n", "policy.yaml: line 2, column 1, default: `recrd` is none of `record`, `skip`; did you mean `record`?\n1 problem"; "a misspelt verdict")]
#[test_case("version: 1\ndefault: maybe\n", "policy.yaml: line 2, column 1, default: `maybe` is none of `record`, `skip`\n1 problem"; "an unknown verdict")]
#[test_case("version: 1\nversion: 1\ndefault: skip\n", "policy.yaml: line 2, column 1: duplicate mapping key `version` is not allowed here\n1 problem"; "a duplicate key")]
#[test_case("version: 1\ndefault: skip\nrules:\n- {name: a, when: {external: yes}, then: skip}\n", "policy.yaml: line 4, column 20, rules[0].when.external: this is a text, and `true` or `false` is expected\n1 problem"; "a yes of YAML before 1.2")]
#[test_case("version: 2\ntime_zone: Europe/Bonn\ndefault: skip\nrules:\n- {name: A, when: particpants > 3, then: skip}\n", "\
policy.yaml: line 1, column 1, version: there is no version 2 of the format: write 1
policy.yaml: line 2, column 1, time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30
policy.yaml: line 5, column 4, rules[0].name: a name has 1 to 60 lower-case letters, digits and hyphens
policy.yaml: line 5, column 13, rules[0].when: line 1, column 1: there is no fact \"particpants\"; did you mean \"participants\"?
4 problems"; "several problems")]
#[test_case("version: one\nrule: []\nrules:\n- {name: a, wen: external, then: ship}\n- b\n", "\
policy.yaml: the key `default` is missing: write `default: record` or `skip`
policy.yaml: line 1, column 1, version: this is a text, and a number is expected
policy.yaml: line 2, column 1, rule: there is no key `rule` here; did you mean `rules`?
policy.yaml: line 4, column 3, rules[0]: the key `when` is missing. When it applies.
policy.yaml: line 4, column 13, rules[0].wen: there is no key `wen` here; did you mean `when`?
policy.yaml: line 4, column 28, rules[0].then: `ship` is none of `record`, `skip`; did you mean `skip`?
policy.yaml: line 5, column 3, rules[1]: this is a text, and keys with values are expected
7 problems"; "several violations of the format")]
#[test_case("version: 1\ndefault: skip\nrulez: []\nrules:\n- {name: A, when: {within_hours: {from: \"8\", to: 25}}, then: skip}\n- {name: b, when: tilte == 'x', then: ship}\n", "\
policy.yaml: line 3, column 1, rulez: there is no key `rulez` here; did you mean `rules`?
policy.yaml: line 5, column 4, rules[0].name: a name has 1 to 60 lower-case letters, digits and hyphens
policy.yaml: line 5, column 35, rules[0].when.within_hours.from: `8` is no time of day: write it as 09:30
policy.yaml: line 5, column 46, rules[0].when.within_hours.to: `25` is no time of day: write it as 09:30
policy.yaml: line 6, column 13, rules[1].when: line 1, column 1: there is no fact \"tilte\"; did you mean \"title\"?
policy.yaml: line 6, column 33, rules[1].then: `ship` is none of `record`, `skip`; did you mean `skip`?
6 problems"; "violations of the format and of its contents")]
fn every_problem_is_reported_with_its_place(text: &str, expected: &str) {
    let report = lint(&yaml(text));
    assert_eq!(report.text(), expected);
    assert_eq!(
        report.exit_code(),
        u8::from(!expected.ends_with("no problems"))
    );
}

const DOUBTFUL: &str = "\
version: 1
time_zone: EST
default: skip
policies:
- {name: sales, calendars: [sale@acme.example], default: record}
";

#[test]
fn a_warning_fails_only_a_strict_check() {
    let mut report = lint(&yaml(DOUBTFUL));
    let expected = "\
policy.yaml: warning: line 2, column 1, time_zone: `EST` is five hours behind UTC all the year, without daylight saving time; name a place, such as `America/New_York`
policy.yaml: 0 rules, 1 policy for some calendars, no problems, 1 warning";
    assert_eq!(report.text(), expected);
    assert_eq!(report.exit_code(), 0);
    report.is_strict = true;
    assert_eq!(report.exit_code(), 1);
    report.warnings.clear();
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test]
async fn a_push_warns_of_a_selector_of_no_connected_calendar() {
    let harness = Harness::new();
    let record = a_calendar_record();
    harness.state.write_record(&record).await.expect("memory");
    let pushed = harness.push(DOUBTFUL).await.expect("it is pushed");
    let text = pushed.text();
    let expected = "warning: line 5, column 29, policies[0].calendars[0]: `sale@acme.example` is of no connected calendar; `callsheet calendars list` shows them; did you mean `sales@acme.example`?\nRevision 1 is active";
    assert!(text.contains(expected), "{text}");
    assert_eq!(pushed.warnings.len(), 2);
}

#[test]
fn problems_of_json_have_a_line_and_column() {
    let file = PolicyFile {
        is_json: true,
        ..yaml("{\"version\": 1,\n \"default\": \"skip\",}")
    };
    let problems = lint(&file).problems;
    assert_eq!((problems[0].line, problems[0].column), (Some(2), Some(20)));
    assert_eq!(problems[0].message, "trailing comma");
}

#[test]
fn all_violations_of_the_format_are_found_in_json_too() {
    let file = PolicyFile {
        is_json: true,
        ..yaml("{\"version\": \"1\",\n \"default\": \"ship\"}")
    };
    let expected = "\
policy.yaml: line 1, column 2, version: this is a text, and a number is expected
policy.yaml: line 2, column 2, default: `ship` is none of `record`, `skip`; did you mean `skip`?
2 problems";
    assert_eq!(lint(&file).text(), expected);
}

struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

impl Harness {
    fn new() -> Self {
        Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        }
    }

    async fn push(&self, text: impl Into<String>) -> Result<Pushed, CliError> {
        let pushed_by = PushedBy {
            by: an_actor(),
            note: Some("for a reason".to_owned()),
            at: at("09:30"),
        };
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        push(ports, &yaml(text), pushed_by).await
    }
}

#[tokio::test]
async fn a_push_activates_the_policy_and_requests_a_resync() {
    let harness = Harness::new();
    let pushed = harness.push(VALID).await.expect("it is pushed");
    assert_eq!((pushed.revision, pushed.is_new), (1, true));
    assert_eq!(harness.queue.sent(), [SyncJob::Resync]);
    assert!(
        pushed
            .text()
            .starts_with("Revision 1 is active: 2 rules, 1 policy for some calendars.")
    );
}

#[tokio::test]
async fn a_pulled_policy_is_unchanged_when_pushed_again() {
    let harness = Harness::new();
    harness.push(VALID).await.expect("it is pushed");
    for format in [Format::Yaml, Format::Json] {
        let pulled = pull(&harness.state, None, format)
            .await
            .expect("it is pulled");
        assert_eq!(lint(&yaml(&pulled)).problems, []);
        let again = harness.push(pulled).await.expect("it is pushed");
        assert_eq!(
            (again.revision, again.is_new, again.resync_request),
            (1, false, None)
        );
    }
    assert_eq!(harness.queue.sent().len(), 1);
}

#[tokio::test]
async fn the_built_in_policy_is_pulled_before_the_first_push() {
    let harness = Harness::new();
    let pulled = pull(&harness.state, None, Format::Yaml)
        .await
        .expect("it is pulled");
    assert!(
        pulled.starts_with("# The built-in policy.\nversion: 1\n"),
        "{pulled}"
    );
    assert!(!harness.push(pulled).await.expect("it is pushed").is_new);
    let missing = pull(&harness.state, Some(7), Format::Yaml).await;
    assert_eq!(missing.expect_err("there is none").exit_code(), 1);
}

#[tokio::test]
async fn an_invalid_policy_is_not_pushed() {
    let harness = Harness::new();
    let refused = harness
        .push("version: 3\ndefault: skip\n")
        .await
        .expect_err("it is refused");
    assert_eq!(refused.exit_code(), 1);
    assert!(
        refused
            .report()
            .contains("policy.yaml: line 1, column 1, version: "),
        "{}",
        refused.report()
    );
    assert_eq!(harness.state.active_revision().await.expect("memory").0, 0);
}

#[tokio::test]
async fn a_change_of_deduplication_is_refused_while_a_bot_is_wanted() {
    let harness = Harness::new();
    let record = a_calendar_record();
    harness.state.write_record(&record).await.expect("memory");
    harness
        .decisions
        .write(&a_decision())
        .await
        .expect("memory");
    let text = format!("{VALID}deduplication: calendar\n");
    let refused = harness.push(text).await.expect_err("it is refused");
    assert_eq!(refused.exit_code(), 1);
    assert!(
        refused.report().contains("1 upcoming meetings"),
        "{}",
        refused.report()
    );
    assert!(harness.queue.sent().is_empty());
}

#[tokio::test]
async fn a_policy_is_activated_even_if_no_resync_can_be_requested() {
    let harness = Harness::new();
    let pushed_by = PushedBy {
        by: an_actor(),
        note: None,
        at: at("09:30"),
    };
    let ports = (&harness.state, &harness.decisions, None::<&MemoryQueue>);
    let pushed = push(ports, &yaml(VALID), pushed_by)
        .await
        .expect("it is pushed");
    assert!(matches!(pushed.resync_request, Some(Delivery::NotSent(_))));
    assert!(
        pushed
            .text()
            .contains("it takes effect with the next resync")
    );
}

#[tokio::test]
async fn the_history_lists_the_newest_policy_first() {
    let harness = Harness::new();
    assert!(
        history(&harness.state, 5)
            .await
            .expect("memory")
            .text()
            .starts_with("No policy")
    );
    harness.push(VALID).await.expect("it is pushed");
    harness
        .push("version: 1\ndefault: skip\n")
        .await
        .expect("it is pushed");
    let history = history(&harness.state, 5).await.expect("memory");
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
