//! Policy files: JSON if the name ends in `.json`, otherwise YAML.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use callsheet_api::policy_file::PolicyFile;

use crate::error::CliError;

/// Reads a file. `-` is standard input, which is parsed as YAML, so may be either.
pub(crate) fn open(path: &Path) -> Result<PolicyFile, CliError> {
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text).map(|_| text);
        ("standard input".to_owned(), read)
    } else {
        (path.display().to_string(), fs::read_to_string(path))
    };
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let text = text.map_err(|error| CliError::Failed(format!("{name} cannot be read: {error}")))?;
    Ok(PolicyFile {
        name,
        text,
        is_json,
    })
}
