//! Text of an import: its problems, or what each line changes.

use callsheet_api::override_import::{ImportOutcome, ImportProblem, ImportedLine, OverrideImport};
use callsheet_api::overrides::Scope;

use crate::delivery::sentence;
use crate::render::{Field, Render, Text, counted, in_one_line, table};
use crate::screen::Screen;

impl Render for OverrideImport {
    fn text_on(&self, screen: &Screen) -> String {
        let this = Text(self, screen);
        if !self.problems.is_empty() {
            let problems = self.problems.iter();
            let mut lines: Vec<_> = problems.map(|one| this.problem(one)).collect();
            let count = counted(self.problems.len(), "problem", "problems");
            lines.push(format!("{count}: nothing was changed"));
            return lines.join("\n");
        }
        let mut parts = Vec::new();
        if self.lines.iter().any(is_change) {
            parts.push(this.changes());
        }
        if self.not_imported.is_empty() || !self.lines.is_empty() {
            parts.push(this.counts());
        }
        if !self.not_imported.is_empty() {
            parts.push(format!(
                "Left out: {} for whole meetings. `callsheet override meeting EVENT` sets one.",
                counted(self.not_imported.len(), "choice", "choices")
            ));
        }
        let is_without = |line: &&ImportedLine| is_change(line) && !line.has_calendar;
        let without = self.lines.iter().filter(is_without).count();
        if without > 0 {
            parts.push(format!(
                "No calendar is known of {}: what they say holds once one is connected.",
                counted(without, "line's owner", "lines' owners")
            ));
        }
        let sync_request = self.sync_request.as_ref();
        if let Some(sync_request) = sync_request.filter(|_| self.lines.iter().any(is_change)) {
            let effect = "Syncs of the calendars were requested, so it takes effect at once.";
            parts.push(sentence(sync_request, effect));
        }
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.problems.is_empty())
    }
}

impl Text<'_, OverrideImport> {
    fn problem(&self, problem: &ImportProblem) -> String {
        let column = problem.column.as_deref().map(in_one_line);
        let column = column.map(|name| format!(", column {name}"));
        format!(
            "{}: line {}{}: {}",
            self.file,
            problem.line,
            column.unwrap_or_default(),
            problem.message
        )
    }

    fn counts(&self) -> String {
        let count = |outcome| {
            self.lines
                .iter()
                .filter(|line| line.outcome == outcome)
                .count()
        };
        let would = if self.is_dry_run { "would be " } else { "" };
        let counts = [
            (ImportOutcome::New, format!("{would}set")),
            (ImportOutcome::Changed, format!("{would}changed")),
            (ImportOutcome::Unchanged, "already in force".to_owned()),
            (ImportOutcome::Over, "over".to_owned()),
        ];
        let counts = counts.map(|(outcome, what)| (count(outcome), what));
        let counts: Vec<_> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if counts.is_empty() {
            return "The file has no lines but the first.".to_owned();
        }
        let lines = counted(self.lines.len(), "line", "lines");
        let nothing = if self.is_dry_run {
            " Nothing was changed, since this is a dry run."
        } else {
            ""
        };
        format!("{lines}: {}.{nothing}", counts.join(", "))
    }

    fn changes(&self) -> String {
        let mut table = table(self.1, ["line", "for", "says", "owner", "id", "by", "is"]);
        table.keep_whole(&[0, 1, 6]);
        for line in self.lines.iter().filter(|line| is_change(line)) {
            let until = line
                .until
                .map(|until| format!("until {}", self.1.instant(until)));
            let says = line.choice.map(str::to_owned).or(until);
            table.add_row([
                Field::number(line.line),
                Field::text(scope_text(line.scope)),
                Field::text(says.unwrap_or_else(|| "ends".to_owned())),
                Field::part(&line.owner, self.1),
                Field::part(line.id.as_deref().unwrap_or_default(), self.1),
                Field::part(&line.by, self.1),
                Field::text(match line.outcome {
                    ImportOutcome::New => "new",
                    _ => "changed",
                }),
            ]);
        }
        table.text()
    }
}

fn scope_text(scope: Option<Scope>) -> &'static str {
    match scope {
        Some(Scope::Meeting) => "meeting",
        Some(Scope::Event) => "event",
        Some(Scope::Series | Scope::IcalUid) => "series",
        None => "pause",
    }
}

fn is_change(line: &ImportedLine) -> bool {
    matches!(line.outcome, ImportOutcome::New | ImportOutcome::Changed)
}
