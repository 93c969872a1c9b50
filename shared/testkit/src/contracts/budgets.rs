//! What every implementation of `Budgets` must do.

use callsheet_app::PortError;
use callsheet_app::ports::{Allowed, Budgets};
use callsheet_domain::{Operation, Pace, Timestamp, plus};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::at;

const OPERATION: Operation = Operation::ListEvents;

/// Sixty a minute, of which five at once: a call each 1.08 seconds.
fn pace() -> Pace {
    Pace::per_minute(60, 5)
}

/// Draws, as often as the store says that too many do.
async fn draw(
    budgets: &impl Budgets,
    operation: Operation,
    count: u32,
    now: Timestamp,
    latest: Timestamp,
) -> Allowed {
    loop {
        match budgets.draw(operation, pace(), count, now, latest).await {
            Ok(allowed) => return allowed,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store answers: {error}"),
        }
    }
}

/// When the calls go that are drawn by one who has all the time of the day.
async fn calls(
    budgets: &impl Budgets,
    operation: Operation,
    count: u32,
    now: Timestamp,
) -> Vec<Timestamp> {
    match draw(budgets, operation, count, now, at("23:00")).await {
        Allowed::Calls(draw) => draw.instants().map(|instant| instant.max(now)).collect(),
        Allowed::NotBefore(instant) => panic!("there is time enough for a call at {instant}"),
    }
}

/// However many draw at once, no sliding minute holds more than the limit, and
/// nothing of it is wasted.
///
/// # Panics
/// If the law does not hold.
pub async fn callers_share_a_budget(budgets: &impl Budgets) {
    let caller = async |caller: i64| {
        let mut ours = Vec::new();
        for turn in 0..10 {
            let now = plus(
                at("10:00"),
                SignedDuration::from_millis(turn * 700 + caller),
            );
            ours.extend(calls(budgets, OPERATION, 3, now).await);
        }
        ours
    };
    let mut all = join_all((0..4).map(caller)).await.concat();
    all.sort();
    assert_eq!(all.len(), 120);
    let minute = SignedDuration::from_secs(60);
    for (index, first) in all.iter().enumerate() {
        let in_a_minute = all[index..]
            .iter()
            .take_while(|call| **call <= plus(*first, minute));
        assert!(in_a_minute.count() <= 60);
    }
    let last = plus(at("10:00"), pace().interval() * 120);
    assert!(
        all.iter().all(|call| *call <= last),
        "some of the budget was wasted"
    );
}

/// Where the first call would go after the latest instant nothing is drawn,
/// and the answer is when it could go. The latest instant itself is soon enough.
///
/// # Panics
/// If the law does not hold.
pub async fn a_draw_that_would_come_too_late_draws_nothing(budgets: &impl Budgets) {
    let now = at("10:00");
    assert_eq!(calls(budgets, OPERATION, 5, now).await, [now; 5]);
    let next = plus(now, pace().interval());
    for _ in 0..3 {
        let answer = draw(budgets, OPERATION, 1, now, now).await;
        assert_eq!(answer, Allowed::NotBefore(next));
    }
    let Allowed::Calls(drawn) = draw(budgets, OPERATION, 2, now, next).await else {
        panic!("the latest instant is soon enough, though the second call goes later");
    };
    assert_eq!((drawn.first_at, drawn.count), (next, 2));
}

/// After a hold nobody calls before its end, and then one after the other.
///
/// # Panics
/// If the law does not hold.
pub async fn a_hold_moves_everybody(budgets: &impl Budgets) {
    let (now, until) = (at("10:00"), at("10:02"));
    for _ in 0..2 {
        budgets
            .hold(OPERATION, until)
            .await
            .expect("the store answers");
    }
    let answer = draw(budgets, OPERATION, 1, now, at("10:01")).await;
    assert_eq!(answer, Allowed::NotBefore(until));
    let callers = join_all((0..3).map(|_| calls(budgets, OPERATION, 1, now))).await;
    let mut all = callers.concat();
    all.sort();
    let interval = pace().interval();
    assert_eq!(
        all,
        [until, plus(until, interval), plus(until, interval * 2)]
    );
}

/// A hold that ends before what is spent already changes nothing.
///
/// # Panics
/// If the law does not hold.
pub async fn a_shorter_hold_shortens_nothing(budgets: &impl Budgets) {
    let now = at("10:00");
    for until in ["10:02", "10:01"] {
        budgets
            .hold(OPERATION, at(until))
            .await
            .expect("the store answers");
    }
    assert_eq!(calls(budgets, OPERATION, 1, now).await, [at("10:02")]);
}

/// What is spent on one kind of call is not spent on another.
///
/// # Panics
/// If the law does not hold.
pub async fn operations_have_budgets_of_their_own(budgets: &impl Budgets) {
    let now = at("10:00");
    let others = [
        Operation::GetCalendar,
        Operation::ScheduleBot,
        Operation::UnscheduleBot,
        Operation::ListCalendars,
        Operation::DeleteCalendar,
    ];
    budgets
        .hold(OPERATION, at("11:00"))
        .await
        .expect("the store answers");
    for operation in others {
        assert_eq!(calls(budgets, operation, 5, now).await, [now; 5]);
    }
}
