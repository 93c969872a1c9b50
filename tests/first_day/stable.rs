//! Replaces what differs from run to run by what the page shows: ids, and times of the run.
//!
//! Each id has a number, that of its first appearance, and from it an id of the same form for
//! the page. Commands of the page name ids so, too, and get the real ones. A time is replaced
//! if it is of the run; the meetings have fixed times, which stay.

use callsheet_domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex_lite::{Captures, Regex};

/// The time at which everything on the page is done.
const PAGE_TIME: &str = "2035-01-04 09:00";
/// The calls of the last minute, which may be any.
const PAGE_CALLS: &str = "calls, last minute     list-events 6 of 60, schedule-bot 7 of 600";
/// Letters that tell an id from all others of a run.
const TELLING: usize = 8;

/// The ids of a run, and what replaces them.
#[derive(Debug)]
pub(crate) struct Stable {
    id: Regex,
    time: Regex,
    age: Regex,
    calls: Regex,
    began_at: Timestamp,
    /// The real ids in the order of their first appearance, as long as they were seen.
    real: Vec<String>,
}

impl Stable {
    /// Of a run that begins at this time.
    pub(crate) fn new(began_at: Timestamp) -> Self {
        let regex = |pattern| Regex::new(pattern).expect("a pattern");
        Self {
            id: regex(r"\b[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b"),
            time: regex(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b"),
            age: regex(r"\b\d min ago\b"),
            calls: regex(r"calls, last minute [^\n]*(?:\n  [^\n]+)*"),
            began_at,
            real: Vec::new(),
        }
    }

    /// What a command printed until `now`, as the page shows it.
    pub(crate) fn shown(&mut self, printed: &str, now: Timestamp) -> String {
        let ids = self.id.clone();
        let shown = ids.replace_all(printed, |found: &Captures<'_>| self.page_id(&found[0]));
        let began_at = self.began_at;
        let of_run = |text: &str| {
            let time: DateTime = text.parse().ok()?;
            let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
            let minute = 60;
            let is_of_run = began_at.as_second() - minute <= time.as_second() && time <= now;
            is_of_run.then_some(PAGE_TIME)
        };
        let shown = self.time.replace_all(&shown, |found: &Captures<'_>| {
            of_run(&found[0]).unwrap_or(&found[0]).to_owned()
        });
        let shown = self.age.replace_all(&shown, "just now");
        self.calls.replace_all(&shown, PAGE_CALLS).into_owned()
    }

    /// A command of the page, with the ids of this run.
    pub(crate) fn command(&self, command: &str) -> Result<String, String> {
        let mut unknown = None;
        let real = self.id.replace_all(command, |found: &Captures<'_>| {
            let named = &found[0];
            let number = (0..self.real.len()).find(|number| page_id(*number).starts_with(named));
            let real = number.and_then(|number| self.real[number].get(..named.len()));
            if real.is_none() {
                unknown = Some(named.to_owned());
            }
            real.unwrap_or_default().to_owned()
        });
        match unknown {
            None => Ok(real.into_owned()),
            Some(id) => Err(format!("no command before `{command}` shows the id {id}")),
        }
    }

    fn page_id(&mut self, id: &str) -> String {
        let is_same = |known: &String| known[..TELLING] == id[..TELLING];
        let number = self.real.iter().position(is_same);
        let number = number.unwrap_or_else(|| {
            self.real.push(id.to_owned());
            self.real.len() - 1
        });
        if self.real[number].len() < id.len() {
            id.clone_into(&mut self.real[number]);
        }
        page_id(number)[..id.len()].to_owned()
    }
}

/// The id that the page shows for the one with this number: always the same.
fn page_id(number: usize) -> String {
    // Odd factors permute the numbers, so that no two ids are the same.
    let number = number as u64 + 1;
    let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let low = number.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "533da458-4da9-483f-8561-7adf6a4f23ce";
    const OTHER: &str = "7d2c09aa-0000-4000-8000-000000000000";

    fn stable() -> (Stable, Timestamp) {
        let at = |text: &str| text.parse().expect("a time");
        (
            Stable::new(at("2090-03-06T09:59:30Z")),
            at("2090-03-06T10:00:20Z"),
        )
    }

    #[test]
    fn ids_are_numbered_and_commands_get_the_real_ones() {
        let (mut first, now) = stable();
        let (mut second, _) = stable();
        let shown = first.shown(&format!("{} {OTHER} {ONE}", &ONE[..8]), now);
        assert_eq!(
            shown,
            second.shown(&format!("{} {ONE} {OTHER}", &OTHER[..8]), now)
        );
        let ids: Vec<_> = shown.split(' ').collect();
        assert!(
            ids[2].starts_with(ids[0]) && !ids[1].starts_with(ids[0]),
            "{shown}"
        );
        assert_eq!(
            first.command(&format!("explain {}", ids[0])),
            Ok(format!("explain {}", &ONE[..8]))
        );
        assert_eq!(
            first.command(&format!("explain {}", ids[2])),
            Ok(format!("explain {ONE}"))
        );
        assert!(first.command("explain 00000000").is_err());
    }

    #[test]
    fn only_times_of_the_run_are_replaced() {
        let (mut stable, now) = stable();
        let shown = stable.shown(
            "2090-03-06 09:59 UTC, 2090-03-06 10:01, 2090-03-06 09:57, 2 min ago",
            now,
        );
        let expected = format!("{PAGE_TIME} UTC, 2090-03-06 10:01, 2090-03-06 09:57, just now");
        assert_eq!(shown, expected);
    }

    #[test]
    fn ids_of_the_page_differ() {
        let ids: std::collections::BTreeSet<_> = (0..1_000)
            .map(|number| page_id(number)[..8].to_owned())
            .collect();
        assert_eq!(ids.len(), 1_000);
    }
}
