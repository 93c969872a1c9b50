//! The command line as a process, against servers whose every text is hostile.

mod exit_codes;
mod server;
mod stage;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStderr, Command, Output, Stdio};
use std::thread;

use callsheet_testkit::schema_violations;
use serde_json::{Value, json};
use server::{HOSTILE, Server};
use test_case::test_case;

/// Arguments of each command, by its name. `-` is a policy on standard input.
const ARGUMENTS: [(&str, &[&str]); 44] = [
    ("activity", &[]),
    (
        "calendars connect",
        &["google", "--client-id", HOSTILE, "--no-browser"],
    ),
    ("calendars disconnect", &["calendar-1", "--yes"]),
    ("calendars list", &["--recall"]),
    ("console key add", &["erp", "--roles", "owner"]),
    ("console key list", &[]),
    ("console key remove", &["crm"]),
    ("console link", &["--owner", "calendar-1"]),
    ("console link", &["--participant", "event-1", "--for", "3d"]),
    ("console open", &["--reader"]),
    ("console token", &["--calendar", HOSTILE]),
    ("console token", &["--reader"]),
    (
        "coverage",
        &[
            "--from",
            "2020-01-01",
            "--until",
            "2020-01-01",
            "--by",
            "platform",
        ],
    ),
    ("doctor", &[]),
    ("drift", &[]),
    ("events", &[]),
    ("explain", &["event-1"]),
    ("explain", &["event-2"]),
    ("forget", &[HOSTILE]),
    ("init", &["-", "--record", "external"]),
    ("init", &["-", "--record", "all", "--bot-name", HOSTILE]),
    ("override event", &["event-1", "skip"]),
    ("override import", &["-", "--dry-run"]),
    ("override list", &[]),
    ("override meeting", &["event-1", "skip"]),
    ("override series", &["event-1", "clear"]),
    ("pause", &["calendar-1", "--for", "3d"]),
    ("pause", &[HOSTILE, "--for", "3d"]),
    ("policy history", &[]),
    ("policy lint", &["-"]),
    ("policy pull", &[]),
    ("policy push", &["-"]),
    ("policy schema", &[]),
    ("preview", &["--policy", "-"]),
    ("rebuild", &["event-2"]),
    ("rebuild", &["--all", "--dry-run"]),
    ("redrive", &["--dry-run"]),
    ("resume", &["calendar-1"]),
    ("resync", &["--full"]),
    ("retry", &["--all"]),
    ("retry", &["event-2"]),
    ("retry", &[HOSTILE]),
    ("send", &[HOSTILE]),
    ("status", &[]),
];

/// Commands whose output has nothing that others wrote.
const WITHOUT_TEXTS: [&str; 8] = [
    "calendars connect",
    "calendars list",
    "console key add",
    "console key list",
    "console key remove",
    "console link",
    "console open",
    "policy schema",
];

fn run(server: &Server, words: &[&str], input: &str) -> Output {
    run_with(server, words, input, &[])
}

/// Runs the command line with further variables in its environment.
fn run_with(server: &Server, words: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callsheet"))
        .args(words)
        .env_clear()
        .envs(server.environment())
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that reads no input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let errors = child.stderr.take().expect("it is piped");
    let errors = thread::spawn(|| errors_of(errors));
    let output = child.wait_with_output().expect("it ends");
    let stderr = errors.join().expect("no panic");
    Output { stderr, ..output }
}

/// The standard error of a command, as far as it goes. An address at which a person is to consent
/// is visited, as the person's browser does.
fn errors_of(errors: ChildStderr) -> Vec<u8> {
    let (mut reader, mut all) = (BufReader::new(errors), Vec::new());
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        all.extend_from_slice(&line);
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        if text.starts_with("http://127.0.0.1:") && text.contains("/oauth/authorize?") {
            let redirect = server::visit(&text).expect("it sends the person back");
            server::visit(&redirect);
        }
        line.clear();
    }
    all
}

/// The names of all commands below `words`, from their help.
fn commands(server: &Server, words: &[&str], found: &mut BTreeSet<String>) {
    let help = run(server, &[words, &["--help"]].concat(), "");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let Some((_, listed)) = help.split_once("Commands:\n") else {
        found.insert(words.join(" "));
        return;
    };
    let names = listed.lines().take_while(|line| !line.is_empty());
    for name in names.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()) {
        let is_name =
            listed.contains(&format!("\n  {name} ")) || listed.starts_with(&format!("  {name} "));
        if is_name && name != "help" {
            commands(server, &[words, &[name]].concat(), found);
        }
    }
}

/// Commands that print a policy or its schema, which follow a schema of their own.
const POLICIES: [&str; 2] = ["policy pull", "policy schema"];

/// Commands that this server lets fail. The tests of each hold its document to the schema.
const REFUSED: [&str; 4] = ["calendars connect", "resync", "retry", "send"];

/// The published schema of what a command prints with `--json`.
fn schema_of(command: &str) -> Value {
    let name = match command {
        "override event" | "override series" => "override".to_owned(),
        "resume" => "pause".to_owned(),
        name => name.replace(' ', "-"),
    };
    let published = callsheet_api::schemas().into_iter();
    let mut published = published.filter(|(of, _)| *of == name);
    published
        .next()
        .expect("each document has a published schema")
        .1
}

#[test]
fn every_document_follows_its_published_schema() {
    let server = Server::start();
    let valid = json!({"version": 1, "default": "record"}).to_string();
    let mut printed = BTreeSet::new();
    for (name, arguments) in ARGUMENTS {
        if POLICIES.contains(&name) {
            continue;
        }
        let words: Vec<_> = name.split(' ').chain(arguments.iter().copied()).collect();
        let output = run(&server, &[&words, &["--json"][..]].concat(), &valid);
        let Ok(document) = serde_json::from_slice::<Value>(&output.stdout) else {
            continue;
        };
        printed.insert(name);
        let violations = schema_violations(&schema_of(name), &document);
        assert_eq!(violations, Vec::<String>::new(), "{words:?}: {document:#}");
    }
    let all = ARGUMENTS.iter().map(|(name, _)| *name);
    let expected: BTreeSet<_> = all
        .filter(|name| !POLICIES.contains(name) && !REFUSED.contains(name))
        .collect();
    assert_eq!(printed, expected, "each command prints a document");
}

/// Whether a character moves others, hides, or is not seen.
fn is_hostile(letter: char) -> bool {
    letter != '\n' && letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn no_command_prints_a_hostile_text_as_it_is() {
    let server = Server::start();
    let mut known = BTreeSet::new();
    commands(&server, &[], &mut known);
    let tried: BTreeSet<_> = ARGUMENTS.map(|(name, _)| name.to_owned()).into();
    assert_eq!(tried, known, "each command is tried");
    let valid = json!({"version": 1, "default": "record"}).to_string();
    // YAML has none of these characters, not even in a text.
    let field = HOSTILE.replace(['\u{7f}', '\u{9b}'], "");
    let invalid = json!({"version": 1, "default": "record", field: 1}).to_string();
    let (mut shown, mut texts) = (BTreeSet::new(), Vec::new());
    for (name, arguments) in ARGUMENTS {
        for format in [&[][..], &["--json"][..]] {
            let words: Vec<_> = name.split(' ').chain(arguments.iter().copied()).collect();
            let input = if name == "preview" { &valid } else { &invalid };
            let output = run(&server, &[&words, format].concat(), input);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8(text).expect("UTF-8");
            let hostile = text.chars().find(|letter| is_hostile(*letter));
            assert_eq!(hostile, None, "{words:?} {format:?} prints {text:?}");
            if text.contains("evil") {
                shown.insert(name);
            }
            texts.push((name, text));
        }
    }
    texts.retain(|(name, _)| !shown.contains(name) && !WITHOUT_TEXTS.contains(name));
    assert!(
        texts.is_empty(),
        "a command that shows no hostile text proves nothing: {texts:#?}"
    );
}

/// The lines of the tables in a text: the heading, the rule below it, and the rows.
fn table_lines(text: &str) -> Vec<&str> {
    let paragraphs = text.split("\n\n");
    let is_table = |paragraph: &&str| paragraph.contains("──");
    let lines = paragraphs.filter(is_table).flat_map(str::lines);
    lines.collect()
}

#[test]
fn every_table_fits_the_terminal() {
    let server = Server::start();
    let valid = json!({"version": 1, "default": "record"}).to_string();
    let mut with_table = BTreeSet::new();
    for (name, arguments) in ARGUMENTS {
        let words: Vec<_> = name.split(' ').chain(arguments.iter().copied()).collect();
        for columns in [80, 120] {
            let variables = [("COLUMNS", &*columns.to_string())];
            let output = run_with(&server, &words, &valid, &variables);
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            for line in table_lines(&text) {
                let width = line.chars().count();
                assert!(width <= columns, "{words:?}: {width} columns: {line}");
                with_table.insert(name);
            }
        }
    }
    let expected = [
        "activity",
        "calendars list",
        "coverage",
        "doctor",
        "drift",
        "events",
        "override list",
        "policy history",
        "preview",
        "redrive",
        "status",
    ];
    assert_eq!(with_table, BTreeSet::from(expected));
}

#[test_case(&["--utc"], &[("TZ", "Europe/Berlin")], "UTC"; "in UTC")]
#[test_case(&[], &[("TZ", "Europe/Berlin")], "Europe/Berlin"; "in the zone of the person")]
#[test_case(&[], &[("TZ", ":Asia/Kolkata")], "Asia/Kolkata"; "in a zone as some systems name it")]
#[test_case(&[], &[("TZ", "Mars/Olympus")], "UTC"; "in an unknown zone")]
fn a_time_names_its_zone(flags: &[&str], variables: &[(&str, &str)], expected: &str) {
    let server = Server::start();
    let output = run_with(
        &server,
        &[&["explain", "event-1"], flags].concat(),
        "",
        variables,
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let start = text
        .lines()
        .find(|line| line.starts_with("From "))
        .expect("the start");
    let zones = start.matches(expected).count();
    assert_eq!(zones, 2, "{start}");
}

/// The question which event is meant is a table like any other.
#[test_case("60", &[("TZ", "Europe/Berlin")], &[], "2090-03-06 11:00", "(Europe/Berlin)"; "on a narrow terminal")]
#[test_case("120", &[("TZ", "Europe/Berlin")], &[], "2090-03-06 11:00", "(Europe/Berlin)"; "on a wide terminal")]
#[test_case("120", &[("TZ", "Europe/Berlin")], &["--utc"], "2090-03-06 10:00", "start (UTC)"; "in UTC")]
fn a_question_fits_the_terminal_and_has_the_zone_of_the_person(
    columns: &str,
    variables: &[(&str, &str)],
    flags: &[&str],
    start: &str,
    zone: &str,
) {
    let server = Server::start();
    let columns_and = [&[("COLUMNS", columns)], variables].concat();
    for command in [
        "explain",
        "retry",
        "send",
        "override event",
        "override meeting",
        "override series",
    ] {
        let mut words: Vec<_> = command.split(' ').collect();
        words.extend(["--find", "evil"].iter().chain(flags));
        if command.starts_with("override") {
            words.push("skip");
        }
        let output = run_with(&server, &words, "", &columns_and);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(text.contains(start) && text.contains(zone), "{text}");
        let width: usize = columns.parse().expect("a number");
        let is_wide = |line: &&str| line.chars().count() > width;
        assert_eq!(text.lines().find(is_wide), None, "{text}");
    }
}
