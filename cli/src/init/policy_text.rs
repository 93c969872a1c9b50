//! The text of a first policy, with comments for the person who goes on with it.

use super::answers::Answers;
use crate::arguments::Recorded;

const HEAD: &str = "\
# Which meetings are recorded, and by what bot. docs/policy.md explains every key.
# Check a change with `callsheet policy lint` and `callsheet preview`, and activate
# it with `callsheet policy push`.
version: 1

# One bot for a meeting, however many of our calendars it is in.
deduplication: meeting
";

const RULES: &str = "
# The first rule that applies decides.
rules:
  - name: declined
    when: { own_response: [declined] }
    then: skip
";

const EXTERNAL: &str = "  - name: external
    when: { external: true }
    then: record
";

const MARKED: &str = "  - name: marked
    when: { title_has: [\"[rec]\"] }
    then: record
";

/// The policy as YAML.
pub(super) fn policy_text(answers: &Answers) -> String {
    let (record, default) = match answers.record {
        Recorded::External => (EXTERNAL, "skip"),
        Recorded::Marked => (MARKED, "skip"),
        Recorded::All => ("", "record"),
    };
    let name = quote(&answers.bot_name);
    let parts = [
        HEAD.to_owned(),
        own_domains(&answers.own_domains),
        denied_domains(&answers.denied_domains),
        titles(&answers.skip_titles),
        RULES.to_owned(),
        record.to_owned(),
        format!("default: {default}\n\nbot:\n  bot_name: {name}\n"),
        retention(answers.keep_days),
    ];
    parts.concat()
}

fn own_domains(domains: &[String]) -> String {
    let comment =
        "# Domains that are ours, besides that of each calendar: their people are not external.";
    match domains {
        [] => format!("\n{comment}\n# own_domains: [acme.example]\n"),
        domains => format!("\n{comment}\nown_domains: {}\n", quoted(domains)),
    }
}

fn denied_domains(domains: &[String]) -> String {
    match domains {
        [] => String::new(),
        domains => format!(
            "\n# Meetings with people of these domains are never recorded.\ndenied_domains: {}\n",
            quoted(domains)
        ),
    }
}

fn retention(days: Option<u32>) -> String {
    match days {
        Some(days) => format!(
            "  recording_config: {{ retention: {{ type: timed, hours: {} }} }} # {days} days\n",
            u64::from(days) * 24
        ),
        None => {
            "  # Without it, recordings are kept as the account has it, which may be for ever.\n  \
                 # recording_config: { retention: { type: timed, hours: 720 } } # 30 days\n"
                .to_owned()
        }
    }
}

fn titles(words: &[String]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let words = quoted(words);
    format!(
        "\n# These rules are tested first, also in calendars with rules of their own.\n\
         rules_for_all:\n  - name: titles\n    when: {{ title_has: {words} }}\n    then: skip\n"
    )
}

/// A list in quotes. JSON is YAML, too.
fn quoted(texts: &[String]) -> String {
    let quoted: Vec<_> = texts.iter().map(quote).collect();
    format!("[{}]", quoted.join(", "))
}

fn quote(text: &String) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}
