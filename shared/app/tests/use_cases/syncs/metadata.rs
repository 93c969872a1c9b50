//! The metadata of a calendar at Recall, and the policy that depends on it.

use callsheet_app::Handled;
use callsheet_domain::{CalendarMetadata, Operation, PolicyDocument};
use callsheet_testkit::{With as _, a_calendar, an_event};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use crate::harness::Harness;

/// Calendars of the legal team have a policy of their own, and no bot joins their meetings.
async fn harness() -> Harness {
    let harness = Harness::new();
    let document = json!({
        "version": 1,
        "default": "record",
        "rules": [{"name": "vip", "when": "calendar_metadata.tier == 'vip'", "then": "record"}],
        "policies": [{"name": "legal", "metadata": {"team": "legal"}, "rules": [], "default": "skip"}],
    });
    let document = PolicyDocument::parse(&document.to_string()).expect("a policy");
    harness.push(|active| *active = document).await;
    harness.recall.put_event(an_event());
    harness
}

fn metadata(pairs: &[(&str, &str)]) -> CalendarMetadata {
    let pairs = pairs.iter();
    CalendarMetadata::shown(
        pairs.map(|(key, value)| ((*key).to_owned(), Some((*value).to_owned()))),
    )
}

impl Harness {
    /// Recall shows this metadata from now on, and sends `calendar.update`.
    async fn set_metadata(&self, metadata: CalendarMetadata) {
        self.clock.advance(SignedDuration::from_secs(60));
        self.recall.put_calendar(a_calendar().with(|calendar| {
            calendar.metadata = metadata;
            calendar.updated_at = self.after(0);
        }));
        let handled = self.calendar_changed(&a_calendar().id).await;
        assert_eq!(handled, Handled::default());
    }

    fn decided_by(&self) -> String {
        let row = self.decision(&an_event().id);
        row.verdict.reason().rule.as_str().to_owned()
    }
}

#[tokio::test]
async fn a_change_of_metadata_decides_the_calendars_meetings_anew() {
    let harness = harness().await;
    for (pairs, rule, bots) in [
        (&[("tier", "vip")][..], "vip", 1),
        (&[("team", "legal"), ("tier", "vip")], "default", 0),
        (&[], "default", 1),
    ] {
        harness.set_metadata(metadata(pairs)).await;
        assert_eq!(harness.decided_by(), rule, "{pairs:?}");
        harness.drained().await.expect("memory");
        harness.assert_as_wanted();
        assert_eq!(harness.recall.bots().len(), bots, "{pairs:?}");
    }
}

#[tokio::test]
async fn an_update_that_leaves_the_metadata_as_it_is_costs_no_list() {
    let harness = harness().await;
    harness.set_metadata(metadata(&[("tier", "vip")])).await;
    let lists = harness.recall.count(Operation::ListEvents);
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.calendar_changed(&a_calendar().id).await;
    assert_eq!(harness.recall.count(Operation::ListEvents), lists);
}

/// Not every answer of Recall may show the metadata.
#[test_case(CalendarMetadata::default(), "vip"; "that is not shown any more")]
#[test_case(metadata(&[]), "default"; "that was removed")]
#[tokio::test]
async fn metadata_that_is_not_shown_is_still_what_it_was(shown: CalendarMetadata, rule: &str) {
    let harness = harness().await;
    harness.set_metadata(metadata(&[("tier", "vip")])).await;
    harness.set_metadata(shown).await;
    assert_eq!(harness.decided_by(), rule);
}
