//! What every implementation of `Spending` must do.

use std::collections::BTreeMap;

use callsheet_app::ports::{Spending, Versioned, WriteOutcome};
use callsheet_domain::{Account, CountedBot, DeduplicationKey, Spent, Version};
use jiff::civil::{Date, date};

use crate::build::at;

const DAY: Date = date(2090, 3, 6);

fn bot(name: &str) -> DeduplicationKey {
    DeduplicationKey::parse(name).expect("a key")
}

fn counted(minutes: u64, policy: Option<&str>) -> CountedBot {
    CountedBot {
        day: DAY,
        policy: policy.map(str::to_owned),
        minutes,
        is_counted: true,
        asked_at: at("09:30"),
    }
}

fn new<T>(value: T) -> Versioned<T> {
    over(value, Version::NEW)
}

fn over<T>(value: T, version: Version) -> Versioned<T> {
    Versioned { value, version }
}

/// What is counted on the accounts of a day, under the named policy "sales".
fn spent(bots: u64, version: Version) -> BTreeMap<Account, Versioned<Spent>> {
    let minutes = bots * 30;
    let spent = |account| (account, over(Spent { bots, minutes }, version));
    Account::of(DAY, Some("sales"))
        .into_iter()
        .map(spent)
        .collect()
}

async fn write(
    store: &impl Spending,
    key: &DeduplicationKey,
    counted: Versioned<CountedBot>,
    spent: &BTreeMap<Account, Versioned<Spent>>,
) -> WriteOutcome {
    let written = store.write_spending(key, &counted, spent).await;
    written.expect("the store answers")
}

async fn read(
    store: &impl Spending,
    key: &DeduplicationKey,
) -> (
    Versioned<Option<CountedBot>>,
    BTreeMap<Account, Versioned<Spent>>,
) {
    let bot = store.counted_bot(key).await.expect("the store answers");
    let accounts = Account::of(DAY, Some("sales"));
    let spent = store.spent(&accounts).await.expect("the store answers");
    (bot, spent)
}

/// # Panics
/// If the implementation does something else.
pub async fn nothing_is_counted_at_first(store: &impl Spending) {
    let expected = (new(None), spent(0, Version::NEW));
    assert_eq!(read(store, &bot("a")).await, expected);
}

/// # Panics
/// If the implementation does something else.
pub async fn a_counted_bot_is_read_as_it_was_written(store: &impl Spending) {
    let (key, other) = (
        bot("2090-03-06T10:00:00Z-https://zoom.example/j/1?pwd=a"),
        bot("b"),
    );
    let first = counted(30, Some("sales"));
    let written = write(store, &key, new(first.clone()), &spent(1, Version::NEW)).await;
    assert_eq!(written, WriteOutcome::Written);
    let expected = (over(Some(first.clone()), Version(1)), spent(1, Version(1)));
    assert_eq!(read(store, &key).await, expected);
    assert_eq!(read(store, &other).await.0, new(None));
    let left = CountedBot {
        is_counted: false,
        policy: None,
        ..first
    };
    let written = write(
        store,
        &key,
        over(left.clone(), Version(1)),
        &BTreeMap::new(),
    )
    .await;
    assert_eq!(written, WriteOutcome::Written);
    let expected = (over(Some(left), Version(2)), spent(1, Version(1)));
    assert_eq!(read(store, &key).await, expected);
}

/// Those of another day, month and policy are others.
///
/// # Panics
/// If the implementation does something else.
pub async fn accounts_are_counted_apart(store: &impl Spending) {
    write(
        store,
        &bot("a"),
        new(counted(30, Some("sales"))),
        &spent(1, Version::NEW),
    )
    .await;
    let others = [
        Account::of(date(2090, 3, 7), Some("legal")),
        Account::of(date(2090, 4, 6), None),
    ];
    let others = others.concat();
    let read = store.spent(&others).await.expect("the store answers");
    assert_eq!(read.len(), others.len());
    let month = &others[1];
    for account in others.iter().filter(|account| *account != month) {
        assert_eq!(read[account], new(Spent::default()), "{account:?}");
    }
    assert_eq!(read[month].value.bots, 1);
}

/// # Panics
/// If the implementation does something else.
pub async fn a_bot_is_counted_with_all_of_its_accounts_or_not_at_all(store: &impl Spending) {
    let (first, second) = (bot("a"), bot("b"));
    write(
        store,
        &first,
        new(counted(30, None)),
        &spent(1, Version::NEW),
    )
    .await;
    // One of the accounts was read before the first bot was counted.
    let mut outdated = spent(2, Version(1));
    if let Some(mut account) = outdated.last_entry() {
        account.get_mut().version = Version::NEW;
    }
    let written = write(store, &second, new(counted(30, None)), &outdated).await;
    assert_eq!(written, WriteOutcome::Conflict);
    assert_eq!(
        read(store, &second).await,
        (new(None), spent(1, Version(1)))
    );
    // The bot itself was written since it was read.
    let written = write(store, &first, new(counted(60, None)), &spent(2, Version(1))).await;
    assert_eq!(written, WriteOutcome::Conflict);
    let expected = (
        over(Some(counted(30, None)), Version(1)),
        spent(1, Version(1)),
    );
    assert_eq!(read(store, &first).await, expected);
}

/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_workers_one_counts_a_bot(store: &impl Spending) {
    let key = bot("a");
    let spent = spent(1, Version::NEW);
    let counted = new(counted(30, None));
    let writes = (0..4).map(|_| store.write_spending(&key, &counted, &spent));
    let written = futures_util::future::join_all(writes).await;
    let written = written
        .into_iter()
        .map(|one| one.expect("the store answers"));
    let count = written.filter(|one| *one == WriteOutcome::Written).count();
    assert_eq!(count, 1);
    assert_eq!(read(store, &key).await.1, self::spent(1, Version(1)));
}
