//! Shell completions, each under the name that its shell looks for.

use clap_complete::{Shell, generate};

/// Path of each shell's completions and their content.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    [
        (Shell::Bash, "callsheet.bash"),
        (Shell::Elvish, "callsheet.elv"),
        (Shell::Fish, "callsheet.fish"),
        (Shell::PowerShell, "callsheet.ps1"),
        (Shell::Zsh, "_callsheet"),
    ]
    .map(|(shell, name)| (format!("completions/{name}"), completions(shell)))
    .into()
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut content = Vec::new();
    generate(
        shell,
        &mut callsheet_cli::command(),
        "callsheet",
        &mut content,
    );
    content
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::files;

    #[test_case("callsheet.bash")]
    #[test_case("callsheet.elv")]
    #[test_case("callsheet.fish")]
    #[test_case("callsheet.ps1")]
    #[test_case("_callsheet")]
    fn the_completions_of_a_shell_know_every_command(name: &str) {
        let files = files();
        let path = format!("completions/{name}");
        let (_, content) = files.iter().find(|(at, _)| *at == path).expect(name);
        let content = String::from_utf8(content.clone()).expect("completions are text");
        for command in callsheet_cli::command().get_subcommands() {
            let command = command.get_name();
            assert!(content.contains(command), "{name} lacks {command}");
        }
    }
}
