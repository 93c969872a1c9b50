//! How a policy compares links: as before on a stack of an earlier build, by meeting on a new one.

use callsheet_app::ports::{Calendars as _, NewPolicy, Policies as _};
use callsheet_app::{PolicyCache, PushError, PushOutcome, document};
use callsheet_domain::{
    CalendarEvent, DeduplicationKey, LinkComparison, Meeting, PolicyDocument, PolicyRevision,
    SyncReason,
};
use callsheet_testkit::{With as _, a_calendar, a_calendar_record, an_actor, an_event, at};

use crate::harness::{Harness, skips_all};

/// A policy as an earlier build stored it does not say how links are compared: by their
/// text, until that is changed as the scheme is.
#[tokio::test]
async fn links_are_compared_as_before_until_no_bot_is_scheduled() {
    let harness = Harness::new();
    let stored = PolicyDocument::built_in().with(|document| document.compare_links = None);
    let first = NewPolicy {
        document: stored.canonical(),
        by: an_actor(),
        at: at("09:00"),
        note: None,
        newest_used: PolicyRevision(0),
    };
    let pushed = harness.state.push(&first, PolicyRevision(0)).await;
    pushed.expect("memory");
    harness.see(an_event()).await;
    harness.drained().await.expect("memory");
    let key = harness.row_key();
    let by_meeting = |document: &mut PolicyDocument| {
        document.compare_links = Some(LinkComparison::Meeting);
    };
    let refused = harness.try_push(by_meeting).await;
    let refused = refused.expect_err("a bot is scheduled").to_string();
    assert!(
        refused.contains("Either keep `deduplication: meeting` with `compare_links: text`"),
        "{refused}"
    );
    // A policy that does not say leaves it as it is.
    let renamed = |document: &mut PolicyDocument| {
        document.compare_links = None;
        document.bot.insert("bot_name".to_owned(), "Notes".into());
    };
    assert_eq!(
        harness.push(renamed).await,
        PushOutcome::Active(PolicyRevision(2))
    );
    harness
        .request(&a_calendar().id, SyncReason::FullSync)
        .await;
    assert_eq!(harness.row_key(), key);
    harness
        .push(|document| {
            renamed(document);
            skips_all(document);
        })
        .await;
    harness
        .request(&a_calendar().id, SyncReason::FullSync)
        .await;
    harness.drained().await.expect("memory");
    assert_eq!(
        harness.push(by_meeting).await,
        PushOutcome::Active(PolicyRevision(4))
    );
}

const LINK: &str = "https://us02web.zoom.us/j/84512345678?pwd=a";

/// The usual event, with a link of Zoom.
fn in_zoom() -> CalendarEvent {
    an_event().with(|event| {
        event.meeting = Some(Meeting {
            url: LINK.to_owned(),
        });
    })
}

/// An earlier build stored calendars, and scheduled bots by the text of their links.
#[tokio::test]
async fn a_stack_of_an_earlier_build_keeps_its_keys_under_the_built_in_policy() {
    let mut harness = Harness::new();
    let known = harness.state.write_record(&a_calendar_record()).await;
    known.expect("memory");
    for _ in 0..2 {
        harness.see(in_zoom()).await;
        let key = harness.row_key().expect("a bot is wanted").to_string();
        assert!(key.ends_with(LINK), "{key}");
        // Another invocation of the function.
        harness.policy_cache = PolicyCache::default();
    }
    harness.drained().await.expect("memory");
    let active = document(&harness.state, PolicyRevision(0)).await;
    let pulled = active.expect("memory");
    assert_eq!(pulled.compare_links, Some(LinkComparison::Text));
    let by_meeting = harness.try_push(|document| {
        document.compare_links = Some(LinkComparison::Meeting);
    });
    let refused = by_meeting.await.expect_err("a bot is scheduled");
    assert!(
        matches!(refused, PushError::SchemeInUse { .. }),
        "{refused}"
    );
}

/// The first sync of a new stack decides, before any calendar is stored.
#[tokio::test]
async fn a_new_stack_compares_links_by_meeting_from_its_first_sync_on() {
    let mut harness = Harness::new();
    for _ in 0..2 {
        harness.see(in_zoom()).await;
        let key = harness.row_key().expect("a bot is wanted").to_string();
        assert!(key.ends_with("https://zoom.us/j/84512345678"), "{key}");
        harness.policy_cache = PolicyCache::default();
    }
}

/// A stack that never had a policy compares links by meeting, and so do its policies.
#[tokio::test]
async fn a_new_stack_compares_links_by_meeting() {
    let harness = Harness::new();
    harness
        .push(|document| {
            document.compare_links = None;
            skips_all(document);
        })
        .await;
    let active = harness.policy_cache.current(&harness.state).await;
    let deduplication = active.expect("memory").policy.deduplication();
    assert_eq!(deduplication.links, LinkComparison::Meeting);
}

impl Harness {
    /// The deduplication key that the row of the usual event wants.
    fn row_key(&self) -> Option<DeduplicationKey> {
        self.decision(&an_event().id).wanted_key().cloned()
    }
}
