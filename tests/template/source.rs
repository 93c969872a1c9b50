//! A reader of the project's Rust source as text, without comments and tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module directly below a crate's root.
pub(crate) struct Module {
    pub(crate) name: String,
    /// The code of its files, each by itself.
    pub(crate) files: Vec<String>,
}

impl Module {
    /// Whether it defines one of these names, or has one itself.
    pub(crate) fn defines_one_of(&self, wanted: &BTreeSet<String>) -> bool {
        let defines = |name: &String| {
            ["struct", "enum", "trait", "type", "pub fn", "pub async fn"]
                .iter()
                .any(|kind| self.has(&format!("{kind} {name}")))
        };
        wanted.contains(&self.name) || wanted.iter().any(defines)
    }

    /// Whether `text` stands in its code, as whole names.
    pub(crate) fn has(&self, text: &str) -> bool {
        let has = |file: &String| places(file, text).next().is_some();
        self.files.iter().any(has)
    }
}

/// The modules of the crate in `folder`. The root file is not among them.
pub(crate) fn modules(folder: &str) -> Vec<Module> {
    let source = project().join(folder).join("src");
    let paths = entries(&source).into_iter();
    let is_module = |path: &PathBuf| !path.ends_with("lib.rs") && !path.ends_with("main.rs");
    let module = |path: PathBuf| Module {
        name: stem(&path),
        files: files_of(&path),
    };
    paths.filter(is_module).map(module).collect()
}

/// The code of all files below `path`, each by itself.
pub(crate) fn files(path: &str) -> Vec<String> {
    files_of(&project().join(path))
}

/// The folders directly below `path`, from the project's root.
pub(crate) fn folders(path: &str) -> Vec<String> {
    let below = entries(&project().join(path)).into_iter();
    below
        .filter(|entry| entry.is_dir())
        .map(|entry| format!("{path}/{}", stem(&entry)))
        .collect()
}

/// Where `text` stands in `code` as whole names, and not as a part of longer ones.
pub(crate) fn places<'a>(code: &'a str, text: &'a str) -> impl Iterator<Item = usize> + 'a {
    let goes_on = move |rest: &str| text.ends_with(is_of_name) && rest.starts_with(is_of_name);
    let is_whole = move |at: &usize| {
        let (before, after) = (&code[..*at], &code[at + text.len()..]);
        !before.ends_with(is_of_name) && !goes_on(after)
    };
    code.match_indices(text).map(|(at, _)| at).filter(is_whole)
}

/// The name that `code` ends with, or an empty text.
pub(crate) fn last_name(code: &str) -> &str {
    &code[code.trim_end_matches(is_of_name).len()..]
}

pub(crate) fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = listed
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().expect("an entry has a name");
    stem.to_string_lossy().into_owned()
}

fn files_of(path: &Path) -> Vec<String> {
    if stem(path) == "tests" {
        return Vec::new();
    }
    if path.is_dir() {
        return entries(path)
            .iter()
            .flat_map(|entry| files_of(entry))
            .collect();
    }
    let text = fs::read_to_string(path).expect("a source file");
    vec![compact(&without_comments(&without_tests(&text)))]
}

/// Without the declarations of test modules, and without what follows a module of tests.
fn without_tests(text: &str) -> String {
    let mut parts = text.split("#[cfg(test)]");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.find(['{', ';']) {
            Some(end) if part[end..].starts_with(';') => kept.push_str(&part[end + 1..]),
            _ => break,
        }
    }
    kept
}

fn without_comments(text: &str) -> String {
    let lines = text.lines();
    lines
        .flat_map(|line| [line.split("//").next().unwrap_or_default(), "\n"])
        .collect()
}

/// Without spaces, except between two names.
fn compact(text: &str) -> String {
    let mut compact = String::new();
    for word in text.split_whitespace() {
        if compact.ends_with(is_of_name) && word.starts_with(is_of_name) {
            compact.push(' ');
        }
        compact.push_str(word);
    }
    compact
}
