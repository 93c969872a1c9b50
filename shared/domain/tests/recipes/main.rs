//! Every recipe of the guide for people who write policies, on meetings as both
//! platforms send them: the YAML is read out of the guide itself.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its meeting fails"
)]

mod before;
mod guide;
mod meeting;
mod more;
mod notetakers;
mod revenue;

use std::collections::BTreeSet;

use callsheet_domain::{Overrides, Platform, Policy, Timestamp, Verdict, decide};
use meeting::{Described, NOW, calendar};

/// A recipe, and what makes a usual meeting one that is recorded or is not.
pub(crate) struct Row {
    recipe: &'static str,
    recorded: fn(&mut Described),
    skipped: fn(&mut Described),
}

const fn row(
    recipe: &'static str,
    recorded: fn(&mut Described),
    skipped: fn(&mut Described),
) -> Row {
    Row {
        recipe,
        recorded,
        skipped,
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    [before::ROWS, notetakers::ROWS, revenue::ROWS, more::ROWS]
        .into_iter()
        .flatten()
}

#[test]
fn every_recipe_has_a_row_and_every_row_a_recipe() {
    let recipes = guide::recipes();
    let titles: Vec<&str> = recipes.iter().map(|(title, _)| *title).collect();
    let rows: Vec<&str> = rows().map(|row| row.recipe).collect();
    assert_eq!(titles, rows);
    assert!(titles.len() >= 48, "{}", titles.len());
    let different: BTreeSet<&str> = titles.iter().copied().collect();
    assert_eq!(different.len(), titles.len(), "two recipes of one name");
}

#[test]
fn every_recipe_records_and_skips_as_its_row_says_on_both_platforms() {
    let recipes = guide::recipes();
    for row in rows() {
        let (_, yaml) = recipes
            .iter()
            .find(|(title, _)| *title == row.recipe)
            .unwrap();
        let policy = guide::compile(yaml);
        for platform in [Platform::Google, Platform::Outlook] {
            let recorded = verdict(&policy, platform, row.recorded);
            let skipped = verdict(&policy, platform, row.skipped);
            let (recipe, yes, no) = (row.recipe, recorded.reason(), skipped.reason());
            assert_eq!(
                recorded.as_str(),
                "record",
                "{recipe}, {platform:?}: {yes:?}"
            );
            assert_eq!(skipped.as_str(), "skip", "{recipe}, {platform:?}: {no:?}");
            assert!(!no.has_failed, "{recipe}, {platform:?}: {no:?}");
        }
    }
}

fn verdict(policy: &Policy, platform: Platform, change: fn(&mut Described)) -> Verdict {
    let mut described = Described::usual();
    change(&mut described);
    let event = described.event(platform);
    let now: Timestamp = NOW.parse().unwrap();
    let mut calendar = calendar(platform);
    calendar.metadata = described.metadata();
    let verdict = decide(&event, &calendar, policy, &Overrides::default(), now);
    if let Some(again) = policy.explain_again(verdict.reason(), &calendar) {
        assert_eq!(again, verdict, "by what its explanation keeps");
    }
    verdict
}

/// The recipes about bots are ones that `callsheet policy lint` lets pass.
#[test]
fn a_recipe_with_a_bot_warns_of_nothing_about_it() {
    let mut seen = 0;
    for (title, yaml) in guide::recipes() {
        let document = guide::document(yaml);
        let warnings = document.warnings().into_iter();
        let has_bot = yaml.contains("recording_config");
        let of_bot: Vec<_> = warnings
            .filter(|warning| has_bot && warning.place.contains("bot"))
            .collect();
        assert_eq!(of_bot, [], "{title}");
        seen += usize::from(has_bot);
    }
    assert_eq!(seen, 5);
}

/// A shared bot has the configuration of one of those who want it.
#[test]
fn without_a_token_no_bot_is_wanted_in_a_zoom_meeting() {
    let recipes = guide::recipes();
    let (_, yaml) = recipes
        .iter()
        .find(|(title, _)| *title == "Zoom with the token of a person in the meeting")
        .unwrap();
    let policy = guide::compile(yaml);
    let now: Timestamp = NOW.parse().unwrap();
    for platform in [Platform::Google, Platform::Outlook] {
        let event = Described::usual().event(platform);
        let mut without = calendar(platform);
        without.email = callsheet_domain::Email::parse("lead@acme.example").ok();
        let none = Overrides::default();
        let verdict = decide(&event, &without, &policy, &none, now);
        assert_eq!(verdict.reason().rule.as_str(), "zoom-without-a-token");
        let verdict = decide(&event, &calendar(platform), &policy, &none, now);
        assert_eq!(verdict.as_str(), "record");
    }
}
