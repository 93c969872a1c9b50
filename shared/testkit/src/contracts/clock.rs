//! What every implementation of `Clock` and `Jitter` must do.

use callsheet_app::ports::{Clock, Jitter};
use callsheet_domain::{plus, whole_microseconds};
use jiff::SignedDuration;

/// Instants are whole microseconds and never go back.
///
/// # Panics
/// If the law does not hold.
pub async fn time_goes_on_in_whole_microseconds(clock: &impl Clock) {
    let mut before = clock.now();
    for _ in 0..1_000 {
        let now = clock.now();
        assert_eq!(now, whole_microseconds(now));
        assert!(now >= before);
        clock.sleep_until(before).await;
        before = now;
    }
}

/// A sleeper wakes once its instant has come, and at once if it is past.
///
/// # Panics
/// If the law does not hold.
pub async fn a_sleeper_wakes_when_its_instant_has_come(clock: &impl Clock) {
    let past = clock.now();
    let soon = plus(past, SignedDuration::from_millis(20));
    clock.sleep_until(soon).await;
    let woken = clock.now();
    assert!(woken >= soon);
    clock.sleep_until(past).await;
    assert!(clock.now() >= woken);
}

/// A fraction is from nought up to one, and never one.
///
/// # Panics
/// If the law does not hold.
pub fn fractions_are_below_one(jitter: &impl Jitter) {
    for _ in 0..10_000 {
        let fraction = jitter.fraction();
        assert!((0.0..1.0).contains(&fraction), "{fraction}");
    }
}
