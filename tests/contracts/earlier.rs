//! Rows as an earlier build left them in a table, read and written over by this one.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_app::ports::{
    Calendars as _, NewPolicy, OverrideStore as _, Policies as _, PolicyWrite, WriteOutcome,
};
use callsheet_domain::{
    IcalUid, OverrideChoice, OverrideRevision, OverrideScope, PolicyRevision, Version,
};
use callsheet_store::StateTable;
use callsheet_testkit::contracts::eventually;
use callsheet_testkit::{With as _, a_calendar, a_calendar_record, an_actor, at};
use test_case::test_case;

use crate::servers::{local_dynamodb, second_opinion};
use crate::tables::state_and_name;

/// A row of the state table: texts, and numbers.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, i64)]);

/// A table with these rows.
async fn left(client: Client, rows: &[Row<'_>]) -> StateTable {
    let (state, table) = state_and_name(client.clone()).await;
    for (texts, numbers) in rows {
        let mut put = client.put_item().table_name(&table);
        for (name, text) in *texts {
            put = put.item(*name, AttributeValue::S((*text).to_owned()));
        }
        for (name, number) in *numbers {
            put = put.item(*name, AttributeValue::N(number.to_string()));
        }
        put.send().await.expect("the server takes a row");
    }
    state
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn words_without_a_head_are_read_and_counted_on(client: Client) {
    let spoken_at = at("08:00").as_microsecond();
    let calendar = a_calendar().id;
    let partition = format!("calendar#{calendar}");
    let row = |sort, word| {
        [
            ("partition", partition.as_str()),
            ("sort", sort),
            ("word", word),
        ]
    };
    let state = left(
        client,
        &[
            (
                &row("preference#series#a", "skip"),
                &[("v", 1), ("revision", 3), ("at", spoken_at)],
            ),
            (
                &row("preference#series#b", "record"),
                &[("v", 1), ("revision", 1), ("at", spoken_at)],
            ),
        ],
    )
    .await;
    let read = state.overrides(&calendar).await.expect("words");
    assert_eq!(read.revision, OverrideRevision(3));
    let series = |name| OverrideScope::Series(IcalUid::parse(name).expect("an ical_uid"));
    assert_eq!(read.by_scope[&series("a")].by, None);
    for revision in [4, 5] {
        let (series, by) = (series("b"), an_actor());
        let override_revision =
            state.set_override(&calendar, &series, OverrideChoice::Skip, &by, at("09:00"));
        assert_eq!(
            override_revision.await.expect("spoken"),
            OverrideRevision(revision)
        );
    }
    let read = state.overrides(&calendar).await.expect("words");
    assert_eq!(read.revision, OverrideRevision(5));
    assert_eq!(read.by_scope[&series("a")].revision, OverrideRevision(3));
    assert_eq!(read.by_scope[&series("b")].revision, OverrideRevision(5));
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn policies_kept_by_fingerprint_count_as_revisions(client: Client) {
    let row = |sort| {
        [
            ("partition", "workspace"),
            ("sort", sort),
            ("fingerprint", "external/any-answer/0f"),
        ]
    };
    let state = left(
        client,
        &[
            (&row("policy"), &[("v", 1), ("revision", 2)]),
            (&row("policy#0000000001"), &[("v", 1), ("revision", 1)]),
            (&row("policy#0000000002"), &[("v", 1), ("revision", 2)]),
        ],
    )
    .await;
    assert_eq!(
        state.active_revision().await.expect("read"),
        PolicyRevision(2)
    );
    assert_eq!(state.policy(PolicyRevision(2)).await.expect("read"), None);
    assert_eq!(state.history(2).await.expect("read"), []);
    let policy = NewPolicy {
        document: "{}".to_owned(),
        by: an_actor(),
        at: at("09:00"),
        note: None,
    };
    let pushed = state
        .push(&policy, PolicyRevision(2))
        .await
        .expect("pushed");
    assert_eq!(pushed, PolicyWrite::Active(PolicyRevision(3)));
    let history = state.history(9).await.expect("read");
    let revisions: Vec<_> = history.iter().map(|policy| policy.revision).collect();
    assert_eq!(revisions, [PolicyRevision(3)]);
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_calendar_is_listed_once_it_is_written_again(client: Client) {
    let record = a_calendar_record();
    let partition = format!("calendar#{}", record.calendar.id);
    let texts = [
        ("partition", partition.as_str()),
        ("sort", "calendar"),
        ("calendar_id", record.calendar.id.as_str()),
        ("platform", "google_calendar"),
        ("status", "connected"),
        ("email", "sales@acme.example"),
    ];
    let updated_at = record.calendar.updated_at.as_microsecond();
    let numbers = [
        ("v", 1),
        ("revision", 1),
        ("version", 1),
        ("updated_at", updated_at),
    ];
    let state = left(client, &[(&texts, &numbers)]).await;
    assert_eq!(state.listed().await.expect("read"), []);
    let read = state.record(&record.calendar.id).await.expect("read");
    let expected = record.with(|record| record.version = Version(1));
    assert_eq!(read, Some(expected.clone()));
    let kept = state.write_record(&expected).await.expect("written");
    assert_eq!(kept, WriteOutcome::Written);
    eventually("it is listed", async || {
        state.listed().await.expect("read").len() == 1
    })
    .await;
}
