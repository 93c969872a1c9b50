//! Writes what is generated from the command line's arguments: `pages <folder>`.
//!
//! A program of its own, so that `callsheet` does not carry what only a release needs.
//! The same arguments give the same files, byte for byte.

mod completions;
mod manual;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use clap::{Arg, Command, value_parser};

fn main() -> ExitCode {
    let matches = Command::new("pages")
        .about("Writes shell completions and manual pages of callsheet")
        .arg(
            Arg::new("folder")
                .help("Folder to write to, which is created")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .get_matches_from(env::args_os());
    let folder: &PathBuf = matches.get_one("folder").expect("the folder is required");
    match write(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pages: cannot write to {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

/// Writes `completions/` and `man/man1/` below a folder.
fn write(folder: &Path) -> io::Result<()> {
    let files = completions::files().into_iter().chain(manual::files());
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("each file is in a folder"))?;
        fs::write(path, content)?;
    }
    Ok(())
}
