//! Manual pages: one of the program and one of each command, named as `man` looks for them.

use clap::Command;
use clap_mangen::Man;

/// Path of each page and its content, in the source form of `man`.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let mut program = callsheet_cli::command().disable_help_subcommand(true);
    program.build();
    let mut found = Vec::new();
    collect(&program, "callsheet", &mut found);
    found
}

/// The page of a command, called `name`, and those of the commands below it.
fn collect(command: &Command, name: &str, found: &mut Vec<(String, Vec<u8>)>) {
    for below in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        collect(below, &format!("{name}-{}", below.get_name()), found);
    }
    let title: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let page = Man::new(command.clone().name(title)).title(name);
    let mut content = Vec::new();
    page.render(&mut content)
        .expect("writing to memory does not fail");
    found.push((format!("man/man1/{name}.1"), content));
}

#[cfg(test)]
mod tests {
    use super::files;

    fn page(name: &str) -> String {
        let path = format!("man/man1/{name}.1");
        let found = files().into_iter().find(|(at, _)| *at == path);
        String::from_utf8(found.expect(name).1).expect("a page is text")
    }

    #[test]
    fn the_page_of_the_program_lists_its_commands_with_their_pages() {
        let page = page("callsheet");
        for command in callsheet_cli::command().get_subcommands() {
            let name = command.get_name().replace('-', "\\-");
            assert!(page.contains(&format!("callsheet\\-{name}(1)")), "{name}");
        }
    }

    #[test]
    fn a_command_below_another_has_a_page_with_its_flags() {
        let page = page("callsheet-policy-push");
        assert!(page.contains("\\-\\-note"), "{page}");
        assert!(page.contains("callsheet policy push"), "{page}");
    }

    #[test]
    fn a_page_has_no_date_so_that_it_is_the_same_each_time() {
        let page = page("callsheet");
        let title = page.lines().find(|line| line.starts_with(".TH"));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            title,
            Some(format!(".TH callsheet 1  \"callsheet {version}\" ").as_str())
        );
    }
}
