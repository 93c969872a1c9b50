//! The page as a script: its prose, the files that it has the reader write, and its commands.

/// A page, of which every line is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) parts: Vec<Part>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A line to read.
    Line(String),
    /// A file to write: a block of code behind a comment with the file's name.
    File { name: String, block: Vec<String> },
    /// A block of commands with what they print.
    Console(Vec<Step>),
}

/// A command with what it prints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Step {
    /// The command. Its further lines are behind `>` on the page.
    pub(crate) command: String,
    /// What it prints, and its exit code unless that is 0.
    pub(crate) output: Vec<String>,
}

const FENCE: &str = "```";
const CONSOLE: &str = "```console";
const FILE: &str = "<!-- file: ";

impl Page {
    /// Reads a page.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut lines) = (Vec::new(), text.lines());
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix(FILE) {
                let name = name.trim_end_matches(" -->").to_owned();
                let block = block(&mut lines).ok_or(format!("the block of {name} does not end"))?;
                parts.push(Part::File { name, block });
            } else if line == CONSOLE {
                let mut block = block(&mut lines).ok_or("a block of commands does not end")?;
                block.pop();
                parts.push(Part::Console(steps(&block)?));
            } else {
                parts.push(Part::Line(line.to_owned()));
            }
        }
        Ok(Self { parts })
    }

    /// The page as a document.
    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        for part in &self.parts {
            match part {
                Part::Line(line) => lines.push(line.clone()),
                Part::File { name, block } => {
                    lines.push(format!("{FILE}{name} -->"));
                    lines.extend(block.iter().cloned());
                }
                Part::Console(steps) => {
                    lines.push(CONSOLE.to_owned());
                    for step in steps {
                        lines.push(format!("$ {}", step.command.replace('\n', "\n> ")));
                        lines.extend(step.output.iter().cloned());
                    }
                    lines.push(FENCE.to_owned());
                }
            }
        }
        lines.join("\n") + "\n"
    }

    /// The commands, in order.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|part| match part {
            Part::Console(steps) => steps.as_slice(),
            Part::Line(_) | Part::File { .. } => &[],
        })
    }
}

impl Step {
    /// The line about an exit code that is not 0.
    pub(crate) fn exit_code(&self) -> Option<&str> {
        let last = self.output.last()?;
        last.starts_with("[exit code ").then_some(last)
    }
}

/// The lines to the end of a block of code, with its last fence.
fn block<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut block = Vec::new();
    loop {
        block.push(lines.next()?.to_owned());
        if block.last().is_some_and(|line| line == FENCE) {
            return Some(block);
        }
    }
}

fn steps(block: &[String]) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            steps.push(Step {
                command,
                output: Vec::new(),
            });
            continue;
        }
        let step = steps
            .last_mut()
            .ok_or(format!("there is no command before {line:?}"))?;
        match line.strip_prefix("> ") {
            Some(more) if step.output.is_empty() => {
                step.command.push('\n');
                step.command.push_str(more);
            }
            _ => step.output.push(line.clone()),
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A day\n\n<!-- file: a.yaml -->\n```yaml\nversion: 1\n```\n\n```console\n$ lint \\\n>   a.yaml\nbad\n[exit code 1]\n$ status\n```\nThe end.\n";

    #[test]
    fn a_page_is_written_as_it_was_read() {
        let page = Page::parse(PAGE).expect("a page");
        assert_eq!(page.text(), PAGE);
        let commands: Vec<_> = page.steps().map(|step| step.command.as_str()).collect();
        assert_eq!(commands, ["lint \\\n  a.yaml", "status"]);
        let codes: Vec<_> = page.steps().map(Step::exit_code).collect();
        assert_eq!(codes, [Some("[exit code 1]"), None]);
    }

    #[test]
    fn a_block_of_commands_ends_and_begins_with_a_command() {
        assert!(Page::parse("```console\n$ status\n").is_err());
        assert!(Page::parse("```console\nHealthy\n```\n").is_err());
    }
}
