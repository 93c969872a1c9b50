//! Text of the coverage of a period.

use callsheet_api::coverage::{Coverage, CoverageGroup, Totals};

use crate::render::{Field, Render, counted, short_calendar, table};
use crate::screen::Screen;
use crate::unreadable::decisions_paragraph;

/// The most groups of which a table has a line. `--csv` and `--json` have all.
const MOST_SHOWN: usize = 50;

impl Render for Coverage {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        let (from, until) = (self.from, self.until);
        if self.totals.seen == 0 {
            parts.push(format!(
                "No meeting that started from {from} to {until} (UTC) is over."
            ));
        } else {
            parts.push(self.groups(screen));
            parts.push(sentence(self));
            parts.extend(lost(&self.totals, screen));
        }
        parts.extend(self.kept());
        parts.extend(self.missing());
        parts.extend(decisions_paragraph(&self.unreadable_decisions));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable_decisions.is_empty() || !self.missing_days.is_empty())
    }
}

trait CoverageText {
    fn groups(&self, screen: &Screen) -> String;
    fn kept(&self) -> Option<String>;
    fn missing(&self) -> Option<String>;
}

impl CoverageText for Coverage {
    fn groups(&self, screen: &Screen) -> String {
        let heading = if self.by == "day" {
            "day (UTC)"
        } else {
            self.by
        };
        let headings = [
            heading, "seen", "wanted", "bot", "joined", "recorded", "lost", "%",
        ];
        let mut table = table(screen, headings);
        for group in self.groups.iter().take(MOST_SHOWN) {
            table.add_row(row(name(group), &group.totals));
        }
        let more = self.groups.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            let more = format!("and {more} more (--csv)");
            table.add_row([Field::text(more)].into_iter().chain(blanks()));
        }
        if self.groups.len() > 1 {
            table.add_row(row("all".to_owned(), &self.totals));
        }
        table.text()
    }

    /// What the kept totals do not say, if that was asked for.
    fn kept(&self) -> Option<String> {
        let (first, last) = (self.kept_days.first()?, self.kept_days.last()?);
        let is_grouped = ["day", "platform", "class"].contains(&self.by);
        let days = counted(self.kept_days.len(), "day", "days");
        Some(format!(
            "The decisions of {days} from {first} to {last} have expired, so their kept totals are \
             counted{}.",
            if is_grouped {
                String::new()
            } else {
                format!(". They are not kept by {}: the line (not kept)", self.by)
            }
        ))
    }

    fn missing(&self) -> Option<String> {
        let (first, last) = (self.missing_days.first()?, self.missing_days.last()?);
        let days = counted(self.missing_days.len(), "day", "days");
        Some(format!(
            "Of {days} from {first} to {last} the decisions have expired, and no totals are kept: \
             these days are missing here."
        ))
    }
}

fn name(group: &CoverageGroup) -> String {
    match (&group.name, &group.owner) {
        (Some(id), owner @ Some(_)) => short_calendar(id, owner.as_deref()),
        (Some(name), None) => name.clone(),
        (None, _) => "(not kept)".to_owned(),
    }
}

fn row(name: String, totals: &Totals) -> Vec<Field> {
    let numbers = [
        totals.seen,
        totals.wanted,
        totals.scheduled,
        totals.joined,
        totals.recorded,
        totals.lost(),
    ];
    let percent = totals
        .percent
        .map_or(String::new(), |percent| percent.to_string());
    let numbers = numbers.into_iter().map(Field::number);
    let name = [Field::text(name)].into_iter();
    name.chain(numbers)
        .chain([Field::number(percent)])
        .collect()
}

fn blanks() -> impl Iterator<Item = Field> {
    std::iter::repeat_with(|| Field::text("")).take(7)
}

fn sentence(coverage: &Coverage) -> String {
    let totals = &coverage.totals;
    let Some(percent) = totals.percent else {
        return "No meeting was to be recorded.".to_owned();
    };
    let mut text = format!(
        "{} of {} were recorded: {percent} %.",
        totals.recorded,
        counted_meetings(totals.wanted)
    );
    let minutes = (totals.minutes_to_join_median, totals.minutes_to_join_p95);
    if let (Some(median), Some(most)) = minutes {
        text = format!(
            "{text} Half of the bots were in the call within {median:.1} min of the start, 95 % \
             within {most:.1} min."
        );
    }
    text
}

fn counted_meetings(number: u64) -> String {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    counted(number, "meeting to be recorded", "meetings to be recorded")
}

/// The reasons for which meetings were lost, the most frequent one first.
fn lost(totals: &Totals, screen: &Screen) -> Option<String> {
    let mut lost: Vec<_> = totals.lost.iter().collect();
    lost.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    let mut table = table(screen, ["not recorded, because", "meetings"]);
    for (loss, number) in &lost {
        table.add_row([Field::text(loss), Field::number(number)]);
    }
    (!lost.is_empty()).then(|| table.text())
}
