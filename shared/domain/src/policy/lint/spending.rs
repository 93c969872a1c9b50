//! Caps on spending that another cap never lets be reached.

use crate::policy::document::{PolicyDocument, SpendingDocument};
use crate::policy::problem::Place;

/// Checks the caps of the document and of its named policies.
pub(super) fn check(document: &PolicyDocument, place: &mut Place<'_>) {
    if let Some(spending) = &document.spending {
        within_month(spending, &mut place.at("spending"));
    }
    for (index, named) in document.policies.iter().enumerate() {
        let Some(spending) = &named.spending else {
            continue;
        };
        let mut place = place.at("policies");
        let mut place = place.item(index);
        let mut place = place.at("spending");
        within_month(spending, &mut place);
        if let Some(all) = &document.spending {
            within_all(spending, all, &mut place);
        }
    }
}

/// The caps by their names.
fn named(spending: &SpendingDocument) -> [(&'static str, Option<u32>); 4] {
    [
        ("bots_per_day", spending.bots_per_day),
        ("hours_per_day", spending.hours_per_day),
        ("bots_per_month", spending.bots_per_month),
        ("hours_per_month", spending.hours_per_month),
    ]
}

fn within_month(spending: &SpendingDocument, place: &mut Place<'_>) {
    let [bots, hours, month_bots, month_hours] = named(spending);
    for ((name, day), (larger, month)) in [(bots, month_bots), (hours, month_hours)] {
        if let (Some(day), Some(month)) = (day, month)
            && day >= month
        {
            place.at(name).report(format!(
                "{day} is never reached, since `{larger}` is {month}; lower it, or leave it out"
            ));
        }
    }
}

fn within_all(spending: &SpendingDocument, all: &SpendingDocument, place: &mut Place<'_>) {
    for ((name, own), (_, all)) in named(spending).into_iter().zip(named(all)) {
        if let (Some(own), Some(all)) = (own, all)
            && own > all
        {
            place.at(name).report(format!(
                "{own} is never reached, since `spending` allows {all} in all calendars; lower it, or leave it out"
            ));
        }
    }
}
