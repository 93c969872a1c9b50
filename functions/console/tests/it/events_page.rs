//! The page of the events of a period: its heading, its days, and the links that keep what it shows.

use callsheet_auth::Role;
use callsheet_domain::plus;
use callsheet_testkit::{With as _, a_decision, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, OWN};
use crate::pages::fragment;

/// Two days with a meeting each, at ten in UTC, of the calendar of the tests.
async fn page(query: &str) -> String {
    let harness = Harness::new().await;
    for day in 0..2 {
        harness.decisions.put(a_decision().with(|row| {
            row.key.event_id = id(format!("event-{day}"));
            row.starts_at = plus(at("10:00"), SignedDuration::from_hours(24 * day));
            row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
        }));
    }
    let path = format!("/v1/events?{query}").replace("{OWN}", OWN);
    fragment(&harness, Role::Reader, &path).await.body
}

const DAY: &str = "from=2090-03-06T00:00:00Z&until=2090-03-07T00:00:00Z";
const TWO_DAYS: &str = "calendar={OWN}&from=2090-03-06T00:00:00Z&until=2090-03-08T00:00:00Z";

#[test_case("", "Monday 6 March", 0; "today")]
#[test_case(DAY, "Monday 6 March", 0; "a day")]
#[test_case(TWO_DAYS, "Wed 8 Mar, 00:00", 2; "a period of a calendar")]
#[tokio::test]
async fn a_page_names_its_period_and_a_period_its_days(query: &str, heading: &str, days: usize) {
    let page = page(query).await;
    let (_, rest) = page.split_once("<h1").expect("a heading");
    let (h1, rest) = rest.split_once("</h1>").expect("its end");
    assert!(h1.contains(heading), "{h1}");
    assert_eq!(rest.matches("data-key=\"day-").count(), days, "{rest}");
    let calendars = if query.contains("calendar=") {
        "Chosen calendars"
    } else {
        "All calendars"
    };
    assert!(rest.contains(calendars), "{rest}");
}

/// A day of UTC, as a person in New York sees it.
#[tokio::test]
async fn a_period_that_is_no_day_of_the_zone_is_named_by_its_begin_and_its_end() {
    let page = page(&format!("{DAY}&zone=America/New_York")).await;
    let (_, rest) = page.split_once("<h1").expect("a heading");
    let (h1, _) = rest.split_once("</h1>").expect("its end");
    assert!(
        h1.contains("Sun 5 Mar, 19:00") && h1.contains("19:00</time>"),
        "{h1}"
    );
    assert!(!page.contains("aria-current=\"true\">Yesterday"), "{page}");
}

#[tokio::test]
async fn filters_keep_calendars_and_period_and_days_keep_calendars_and_filter() {
    let page = page(&format!("{TWO_DAYS}&verdict=record")).await;
    let skipped = format!(
        "#/events?calendar={OWN}&amp;from=2090-03-06T00%3A00%3A00Z&amp;until=2090-03-08T00%3A00%3A00Z&amp;verdict=skip"
    );
    assert!(page.contains(&skipped), "{skipped}: {page}");
    let tomorrow =
        format!("#/events?calendar={OWN}&amp;verdict=record&amp;from=2090-03-07T00:00:00Z");
    assert!(page.contains(&tomorrow), "{tomorrow}: {page}");
}

/// A page behind a count of the coverage has a filter that none of its links is.
#[tokio::test]
async fn no_filter_is_current_if_another_one_is_in_force() {
    let page = page(&format!("{DAY}&outcome=not_recorded")).await;
    let (_, filters) = page.split_once("aria-label=\"Filters\"").expect("filters");
    let (filters, _) = filters.split_once("</nav>").expect("their end");
    assert!(!filters.contains("aria-current"), "{filters}");
}
