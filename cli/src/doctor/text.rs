//! Text of a diagnosis: a table of the checks, and what to do about those that did not pass.

use callsheet_api::doctor::{Diagnosis, Level};

use crate::render::{Field, Render, counted, in_one_line, table};
use crate::screen::Screen;

impl Render for Diagnosis {
    fn text_on(&self, screen: &Screen) -> String {
        let mut table = table(screen, ["check", "result", "found"]);
        table.keep_whole(&[0, 1]);
        for check in &self.checks {
            table.add_row([
                Field::text(check.name.as_str()),
                Field::text(check.level.as_str()),
                Field::text(&check.finding),
            ]);
        }
        let mut parts = vec![table.text()];
        let advice = self.checks.iter().filter_map(|check| {
            let advice = in_one_line(check.advice.as_deref()?);
            Some(format!("  {}: {advice}.", check.name.as_str()))
        });
        let advice: Vec<_> = advice.collect();
        if advice.is_empty() {
            parts.push(format!(
                "{} passed.",
                counted(self.checks.len(), "check", "checks")
            ));
        } else {
            parts.push(format!(
                "What to do, the first one first:\n{}",
                advice.join("\n")
            ));
            parts.push(format!(
                "{}, {}, {} passed.",
                counted(self.count(Level::Fail), "check failed", "checks failed"),
                counted(self.count(Level::Warn), "warning", "warnings"),
                self.count(Level::Ok)
            ));
        }
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(self.count(Level::Fail) > 0)
    }
}
