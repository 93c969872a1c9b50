//! Coverage as comma-separated values: a line for each group, with a column for each reason.

use callsheet_api::coverage::{Coverage, Totals, losses};

use crate::spreadsheet::{Spreadsheet, unformulated};

/// The lines, the first of them with the names of the columns.
pub(super) fn table(coverage: &Coverage) -> String {
    let mut names: Vec<String> = [
        coverage.by,
        "owner",
        "seen",
        "wanted",
        "scheduled",
        "joined",
        "recorded",
        "lost",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(losses().iter().map(|loss| format!("lost_{loss}")));
    names.extend(["percent", "minutes_to_join_median", "minutes_to_join_p95"].map(str::to_owned));
    let mut sheet = Spreadsheet::new(names);
    for group in &coverage.groups {
        let texts = [&group.name, &group.owner].map(|text| text.as_deref().unwrap_or_default());
        let texts = texts.into_iter().map(unformulated);
        sheet.add(texts.chain(numbers(&group.totals)));
    }
    sheet.text()
}

fn numbers(totals: &Totals) -> impl Iterator<Item = String> {
    let counts = [
        totals.seen,
        totals.wanted,
        totals.scheduled,
        totals.joined,
        totals.recorded,
        totals.lost(),
    ];
    let lost = losses()
        .into_iter()
        .map(|loss| totals.lost.get(loss).copied().unwrap_or_default());
    let minutes = [totals.minutes_to_join_median, totals.minutes_to_join_p95];
    let minutes =
        minutes.map(|minutes| minutes.map_or_else(String::new, |minutes| minutes.to_string()));
    let percent = totals
        .percent
        .map_or_else(String::new, |percent| percent.to_string());
    let counts = counts
        .into_iter()
        .chain(lost)
        .map(|count| count.to_string());
    let counts: Vec<_> = counts.collect();
    counts.into_iter().chain([percent]).chain(minutes)
}
