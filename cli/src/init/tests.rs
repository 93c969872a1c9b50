//! The policies that answers make, and the questions on a terminal.

use std::path::PathBuf;

use test_case::test_case;

use super::*;
use crate::arguments::Recorded;
use crate::render::{Render as _, assert_published};

fn answers_of(lines: &str) -> (Result<Answers, CliError>, String) {
    asked(&InitArguments::default(), lines)
}

/// What is answered with these lines, and what the terminal shows.
fn asked(given: &InitArguments, lines: &str) -> (Result<Answers, CliError>, String) {
    let mut shown = String::new();
    let mut show = |text: &str| shown.push_str(text);
    let answers = questions::ask(given, (&mut lines.as_bytes(), &mut show), 80);
    (answers, shown)
}

const WITH_ALL: &str = r#"# Which meetings are recorded, and by what bot. docs/policy.md explains every key.
# Check a change with `callsheet policy lint` and `callsheet preview`, and activate
# it with `callsheet policy push`.
version: 1

# One bot for a meeting, however many of our calendars it is in.
deduplication: meeting

# Domains that are ours, besides that of each calendar: their people are not external.
own_domains: ["acme.example", "acme.test"]

# Meetings with people of these domains are never recorded.
denied_domains: ["counsel.example"]

# These rules are tested first, also in calendars with rules of their own.
rules_for_all:
  - name: titles
    when: { title_has: ["interview", "1:1"] }
    then: skip

# The first rule that applies decides.
rules:
  - name: declined
    when: { own_response: [declined] }
    then: skip
  - name: external
    when: { external: true }
    then: record
default: skip

bot:
  bot_name: "Acme \"notes\""
  recording_config: { retention: { type: timed, hours: 720 } } # 30 days
"#;

#[test]
fn the_answers_to_five_questions_make_a_policy_with_comments() {
    let given = InitArguments {
        own_domains: Some(vec!["acme.example".to_owned(), "acme.test".to_owned()]),
        ..InitArguments::default()
    };
    let lines = "external\ncounsel.example\ninterview,1:1\nAcme \"notes\"\n30\n";
    let (answers, _) = asked(&given, lines);
    let first = make(&answers.expect("answers"), &InitArguments::default());
    let first = first.expect("a policy");
    assert_eq!(first.policy, WITH_ALL);
    assert_eq!(first.warnings, []);
    assert_published("init", &first);
}

#[test_case(Recorded::External, "external", "skip"; "external ones")]
#[test_case(Recorded::Marked, "marked", "skip"; "marked ones")]
#[test_case(Recorded::All, "declined", "record"; "all")]
fn the_last_rule_and_the_default_follow_the_first_answer(
    record: Recorded,
    last_rule: &str,
    default: &str,
) {
    let policy = policy_text(&Answers {
        record,
        ..Answers::default()
    });
    checked(policy.clone()).expect("it has no problems");
    let (before, after) = policy.split_once("\ndefault: ").expect("a default");
    assert!(after.starts_with(&format!("{default}\n")), "{policy}");
    let (_, last) = before.rsplit_once("- name: ").expect("a rule");
    assert!(last.starts_with(&format!("{last_rule}\n")), "{policy}");
}

#[test]
fn a_question_shows_its_default_which_an_empty_line_takes() {
    let (answers, shown) = answers_of("\n\n\n\n\n");
    assert_eq!(answers.expect("answers"), Answers::default());
    let expected = "\
1 of 5. Which meetings are recorded? `external`: those with a person from
  outside of your company. `all` of them. `marked`: those with \"[rec]\" in their
  title.
[external]: 2 of 5. With people of which domains is nothing recorded, such as that of your
  law firm?
[none]: 3 of 5. ";
    assert!(shown.starts_with(expected), "{shown}");
}

#[test_case("most\nall\n\n\n\n\n", "answer external, all or marked"; "a word that is none of the choices")]
#[test_case("all\nlaw firm\n\n\n\n\n", "denied_domains[0]"; "a name in place of a domain")]
#[test_case("all\n\n\n{{ titel }}\n\n\n", "bot.bot_name"; "a placeholder of no fact")]
#[test_case("all\n\n\nno\u{202e}tes\n\n\n", "holds a character that is not shown"; "a hidden character")]
#[test_case("all\n\n\n\nfor ever\n\n", "answer a number of days, up to 3650, or account"; "a time in words")]
fn an_answer_with_a_problem_is_asked_for_again(lines: &str, problem: &str) {
    let (answers, shown) = answers_of(lines);
    let answers = answers.expect("the second answer");
    assert_eq!(answers.record, Recorded::All);
    assert!(shown.contains(problem), "{shown}");
    let first = make(&answers, &InitArguments::default());
    first.expect("an answer with a problem is not taken");
}

#[test]
fn a_flag_answers_its_question() {
    let given = InitArguments {
        record: Some(Recorded::Marked),
        denied_domains: Some(vec![String::new()]),
        bot_name: Some("Minutes".to_owned()),
        ..InitArguments::default()
    };
    let (answers, shown) = asked(&given, "standup\n\n");
    let answers = answers.expect("answers");
    assert!(
        shown.starts_with("1 of 2. Meetings with which words"),
        "{shown}"
    );
    let expected = Answers {
        record: Recorded::Marked,
        skip_titles: vec!["standup".to_owned()],
        bot_name: "Minutes".to_owned(),
        ..Answers::default()
    };
    assert_eq!(answers, expected);
}

#[test]
fn an_end_of_input_makes_no_policy() {
    let (answers, _) = answers_of("external\n");
    assert!(matches!(answers, Err(CliError::Refused(_))), "{answers:?}");
}

/// A folder of its own below that of cargo's target, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("callsheet-init-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_that_exists_is_replaced_by_force_only() {
    let folder = Folder::new("force");
    let mut arguments = InitArguments {
        file: folder.0.join("policy.yaml"),
        ..InitArguments::default()
    };
    write("first", &arguments).expect("there is none yet");
    let again = write("second", &arguments);
    assert!(matches!(again, Err(CliError::Refused(_))), "{again:?}");
    let stored = || std::fs::read_to_string(folder.0.join("policy.yaml")).expect("a file");
    assert_eq!(stored(), "first");
    arguments.force = true;
    write("third", &arguments).expect("it is replaced");
    assert_eq!(stored(), "third");
}

#[test_case("policy.yaml", None, "It was not previewed, since no stack or no key of Recall is given."; "without a workspace")]
#[test_case("policy.yaml", Some("no calendar is connected"), "It was not previewed: no calendar is connected."; "a preview that is refused")]
fn the_text_says_what_to_do_next(file: &str, reason: Option<&str>, expected: &str) {
    let arguments = InitArguments {
        file: file.into(),
        ..InitArguments::default()
    };
    let first = make(&Answers::default(), &arguments).expect("a policy");
    let first = FirstPolicy {
        not_previewed: reason.map(str::to_owned),
        ..first
    };
    let text = first.text();
    assert!(
        text.starts_with("policy.yaml was written: 2 rules.\nwarning: "),
        "{text}"
    );
    assert!(text.contains(expected), "{text}");
    assert!(
        text.ends_with("`callsheet policy push policy.yaml` activates the policy."),
        "{text}"
    );
}
