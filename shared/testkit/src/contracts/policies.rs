//! What every implementation of `Policies` must do.

use callsheet_app::PortError;
use callsheet_app::ports::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
use callsheet_domain::{LinkComparison, PolicyRevision};
use futures_util::future::join_all;

use crate::{an_actor, at};

fn policy(document: &str) -> NewPolicy {
    NewPolicy {
        document: document.to_owned(),
        by: an_actor(),
        at: at("09:00:00.654321"),
        note: None,
        newest_used: PolicyRevision(0),
    }
}

fn stored(policy: &NewPolicy, revision: u64) -> StoredPolicy {
    let policy = policy.clone();
    StoredPolicy {
        revision: PolicyRevision(revision),
        document: policy.document,
        by: policy.by,
        at: policy.at,
        note: policy.note,
    }
}

async fn active_revision(policies: &impl Policies) -> u64 {
    policies
        .active_revision()
        .await
        .expect("the store answers")
        .0
}

async fn of(policies: &impl Policies, revision: u64) -> Option<StoredPolicy> {
    let policy = policies.policy(PolicyRevision(revision)).await;
    policy.expect("the store answers")
}

async fn history(policies: &impl Policies, most: usize) -> Vec<StoredPolicy> {
    policies
        .history(None, most)
        .await
        .expect("the store answers")
}

/// Pushes, again and again while the store throttles.
async fn push(policies: &impl Policies, policy: &NewPolicy, over: u64) -> PolicyWrite {
    loop {
        match policies.push(policy, PolicyRevision(over)).await {
            Ok(pushed) => return pushed,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store failed: {error}"),
        }
    }
}

/// No policy is active before the first push.
///
/// # Panics
/// If the implementation does something else.
pub async fn no_policy_is_active_at_first(policies: &impl Policies) {
    assert_eq!(active_revision(policies).await, 0);
    assert_eq!(of(policies, 0).await, None);
    assert_eq!(of(policies, 1).await, None);
    assert_eq!(history(policies, 10).await, []);
}

/// How the built-in policy compares links is decided once, whoever decides it, and is no
/// policy that was pushed.
///
/// # Panics
/// If the implementation does something else.
pub async fn how_the_built_in_policy_compares_links_is_decided_once(policies: &impl Policies) {
    let decided = async || policies.built_in_links().await.expect("a working store");
    assert_eq!(decided().await, None);
    let all = [LinkComparison::Text, LinkComparison::Meeting].repeat(3);
    let all = all.into_iter().map(async |links| {
        let decided = policies.decide_built_in_links(links).await;
        decided.expect("a working store")
    });
    let all = join_all(all).await;
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    assert_eq!(decided().await, Some(all[0]));
    assert_eq!(active_revision(policies).await, 0);
    assert_eq!(history(policies, 10).await, []);
}

/// Each policy that is pushed over the active one is the next revision, is
/// active from then on, and is read as it was pushed. A document that was
/// active before is a new revision too: decisions made meanwhile must be made again.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_pushed_policy_is_the_next_revision(policies: &impl Policies) {
    let pushed = [
        policy(r#"{"rules":[]}"#),
        NewPolicy {
            note: Some("Söhne & \u{1F680}".to_owned()),
            ..policy(r#"{"rules":["é"]}"#)
        },
        policy(r#"{"rules":[]}"#),
    ];
    for (policy, revision) in pushed.iter().zip(1..) {
        let expected = PolicyWrite::Active(PolicyRevision(revision));
        assert_eq!(push(policies, policy, revision - 1).await, expected);
        assert_eq!(active_revision(policies).await, revision);
    }
    for (policy, revision) in pushed.iter().zip(1..) {
        assert_eq!(of(policies, revision).await, Some(stored(policy, revision)));
    }
}

/// A push over a revision that is not active, or not any more, changes nothing.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_push_over_another_revision_is_a_conflict(policies: &impl Policies) {
    let (first, late) = (policy("first"), policy("late"));
    assert_eq!(push(policies, &late, 1).await, PolicyWrite::Conflict);
    let expected = PolicyWrite::Active(PolicyRevision(1));
    assert_eq!(push(policies, &first, 0).await, expected);
    for over in [0, 2, 7] {
        assert_eq!(push(policies, &late, over).await, PolicyWrite::Conflict);
    }
    assert_eq!(active_revision(policies).await, 1);
    assert_eq!(history(policies, 10).await, [stored(&first, 1)]);
}

/// Of concurrent pushes over the same revision one succeeds.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_pushes_one_succeeds(policies: &impl Policies) {
    for over in 0..3 {
        let documents = (0..6).map(|index| policy(&format!("{over}-{index}")));
        let pushed = documents.map(async |one| (push(policies, &one, over).await, one));
        let all = join_all(pushed).await;
        let next = PolicyWrite::Active(PolicyRevision(over + 1));
        let won: Vec<_> = all.iter().filter(|(pushed, _)| *pushed == next).collect();
        assert_eq!(won.len(), 1);
        let others = all
            .iter()
            .filter(|(pushed, _)| *pushed == PolicyWrite::Conflict);
        assert_eq!(others.count(), 5);
        let expected = stored(&won[0].1, over + 1);
        assert_eq!(of(policies, over + 1).await, Some(expected));
    }
}

/// The history is newest first, by revision, from the newest one or from before a revision, and
/// has at most the given length.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_history_is_newest_first(policies: &impl Policies) {
    for over in 0..12 {
        push(policies, &policy(&format!("{}", over + 1)), over).await;
    }
    for (most, expected) in [
        (0, 12..12),
        (1, 11..12),
        (11, 1..12),
        (12, 0..12),
        (99, 0..12),
    ] {
        let read = history(policies, most).await;
        let revisions: Vec<_> = read.iter().map(|policy| policy.revision.0).collect();
        let expected: Vec<_> = expected.rev().map(|over| over + 1).collect();
        assert_eq!(revisions, expected);
        assert!(
            read.iter()
                .all(|policy| policy.document == policy.revision.0.to_string())
        );
    }
    for (before, most, expected) in [
        (12, 3, 9..12),
        (3, 99, 1..3),
        (2, 1, 1..2),
        (1, 99, 1..1),
        (0, 99, 1..1),
        (99, 1, 12..13),
    ] {
        let read = policies.history(Some(PolicyRevision(before)), most).await;
        let read = read.expect("the store answers");
        let revisions: Vec<_> = read.iter().map(|policy| policy.revision.0).collect();
        assert_eq!(revisions, expected.rev().collect::<Vec<_>>(), "{before}");
    }
}

/// Documents of a hundred kilobytes are kept, and a history of them is read to
/// the end though one response does not hold it.
///
/// # Panics
/// If the implementation does something else.
pub async fn large_policies_are_kept(policies: &impl Policies) {
    let document = |over| format!("{{\"{over:02}\":\"{}\"}}", "é".repeat(51_195));
    for over in 0..12 {
        let large = policy(&document(over));
        assert_eq!(large.document.len(), 102_399);
        let expected = PolicyWrite::Active(PolicyRevision(over + 1));
        assert_eq!(push(policies, &large, over).await, expected);
    }
    let read = history(policies, 99).await;
    assert_eq!(read.len(), 12);
    for policy in read {
        assert_eq!(policy.document, document(policy.revision.0 - 1));
    }
}
