//! Text of the last verdicts.

use callsheet_api::explain::VerdictSummary;

use crate::screen::Screen;

/// The changes of the verdict, oldest first; none if it has not changed.
pub(super) fn paragraph(verdicts: &[VerdictSummary], screen: &Screen) -> Option<String> {
    let lines = verdicts.iter().map(|past| {
        let overrides = match past.overrides {
            0 => String::new(),
            revision => format!(", override {revision}"),
        };
        let VerdictSummary {
            verdict,
            rule,
            policy,
            ..
        } = past;
        let at = screen.instant(past.at);
        format!("  {at} {verdict} by {rule}, from policy {policy}{overrides}")
    });
    let heading = "The verdict has changed:".to_owned();
    let lines: Vec<_> = std::iter::once(heading).chain(lines).collect();
    (verdicts.len() > 1).then(|| lines.join("\n"))
}
