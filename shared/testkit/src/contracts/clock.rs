//! What every implementation of `Clock` and `Jitter` must do.

use callsheet_app::ports::{Clock, Jitter};
use callsheet_domain::{plus, whole_microseconds};
use jiff::SignedDuration;

/// Instants are whole microseconds and never decrease.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_time_advances_in_whole_microseconds(clock: &impl Clock) {
    let mut before = clock.now();
    for _ in 0..1_000 {
        let now = clock.now();
        assert_eq!(now, whole_microseconds(now));
        assert!(now >= before);
        clock.sleep_until(before).await;
        before = now;
    }
}

/// A sleep ends once its instant has come, and at once if it is past.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_sleep_ends_at_its_instant(clock: &impl Clock) {
    let past = clock.now();
    let soon = plus(past, SignedDuration::from_millis(20));
    clock.sleep_until(soon).await;
    let woken = clock.now();
    assert!(woken >= soon);
    clock.sleep_until(past).await;
    assert!(clock.now() >= woken);
}

/// A fraction is at least zero and below one.
///
/// # Panics
/// If the implementation does something else.
pub fn fractions_are_below_one(jitter: &impl Jitter) {
    for _ in 0..10_000 {
        let fraction = jitter.fraction();
        assert!((0.0..1.0).contains(&fraction), "{fraction}");
    }
}
