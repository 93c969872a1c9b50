//! Compiles the caps on spending.

use crate::policy::document::SpendingDocument;
use crate::policy::problem::Place;
use crate::policy::rule_set::PeriodLimits;
use crate::spending::Limits;

/// The highest price of an hour.
const HIGHEST_PRICE: f64 = 1_000_000.0;

/// The caps of a policy; none of a policy that sets none.
pub(super) fn limits(written: Option<&SpendingDocument>, place: &mut Place<'_>) -> PeriodLimits {
    let Some(written) = written else {
        return PeriodLimits::default();
    };
    if *written == SpendingDocument::default() {
        place.report("there is no cap; leave `spending` out, or set `bots_per_day` or another one");
    }
    let mut most = |name: &str, written: Option<u32>| {
        if written == Some(0) {
            place
                .at(name)
                .report("a cap is 1 at least; to record nothing, write `default: skip`");
        }
        written.map(u64::from)
    };
    PeriodLimits {
        day: Limits {
            bots: most("bots_per_day", written.bots_per_day),
            hours: most("hours_per_day", written.hours_per_day),
        },
        month: Limits {
            bots: most("bots_per_month", written.bots_per_month),
            hours: most("hours_per_month", written.hours_per_month),
        },
    }
}

/// Checks the price of an hour.
pub(super) fn price(written: Option<f64>, place: &mut Place<'_>) {
    if written.is_some_and(|price| !(0.0..=HIGHEST_PRICE).contains(&price)) {
        place.report("a price is a number from 0 to 1,000,000");
    }
}
