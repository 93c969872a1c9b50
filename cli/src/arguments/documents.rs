//! Each `callsheet …` of the documents is one that the program understands.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;

use super::Arguments;

/// The Markdown files of the project that people read, below `folder`.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// The commands in a text: spans of code, and lines of blocks of code.
fn commands(text: &str) -> Vec<String> {
    let (mut found, mut in_block) = (Vec::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let line = line.trim().trim_start_matches("$ ");
            found.extend(line.starts_with("callsheet ").then(|| line.to_owned()));
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            let spans = spans.filter(|span| span.starts_with("callsheet "));
            found.extend(spans.map(str::to_owned));
        }
    }
    found
}

/// The words of a command, as a shell has them, without what follows the command.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in command.chars() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            ('#' | '>' | '<' | '|' | '&' | ';', None) => break,
            (' ', None) => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Why the program does not understand a command; none if it only lacks values.
fn problem(command: &str) -> Option<String> {
    // What the documents write for any value, and for several: `[--json]`, `a|b`, `…`.
    let is_form = command.contains(['[', '…', '|', '<']);
    let words = words(command);
    let error = Arguments::try_parse_from(words.iter().filter(|word| !word.contains('…'))).err()?;
    match error.kind() {
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::UnknownArgument
            if is_form =>
        {
            None
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
            if words.iter().any(|word| is_placeholder(word)) =>
        {
            None
        }
        kind => Some(format!("{command}: {kind:?}")),
    }
}

/// Whether a word stands for any value: `EVENT`.
fn is_placeholder(word: &str) -> bool {
    word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[test]
fn the_program_understands_each_command_of_the_documents() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let documents = documents(&root.join("docs"))
        .into_iter()
        .chain([root.join("README.md")]);
    let (mut seen, mut problems) = (0, Vec::new());
    for document in documents {
        let text = fs::read_to_string(&document).expect("its text");
        for command in commands(&text) {
            seen += 1;
            let found = problem(&command);
            problems.extend(found.map(|found| format!("{}: {found}", document.display())));
        }
    }
    assert!(seen > 100, "{seen} commands were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_command_that_the_program_does_not_have_is_found() {
    let text = "See `callsheet statu`.\n\n```sh\n$ callsheet status --jso # now\n```\n";
    let found = commands(text);
    assert_eq!(found, ["callsheet statu", "callsheet status --jso # now"]);
    assert!(found.iter().all(|command| problem(command).is_some()));
    assert_eq!(problem("callsheet explain EVENT"), None);
    assert_eq!(problem("callsheet retry"), None);
}
