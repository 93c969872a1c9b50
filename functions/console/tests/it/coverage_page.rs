//! The page of the coverage: the map of days, the table of groups, and the lists behind the counts.

use callsheet_auth::Role;
use callsheet_domain::{Decision, plus};
use callsheet_testkit::{With as _, a_decision, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, OWN};
use crate::pages::fragment;

/// A meeting that is over, so many days ago.
fn a_past_meeting(days: i64) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-{days}-days-ago"));
        row.starts_at = plus(at("08:00"), SignedDuration::from_hours(-24 * days));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
    })
}

async fn page(harness: &Harness, query: &str) -> String {
    let path = format!("/v1/coverage?{query}");
    fragment(harness, Role::Reader, &path).await.body
}

#[tokio::test]
async fn coverage_has_a_row_for_each_group_and_a_link_to_each_grouping() {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    let body = page(&harness, "from=2090-03-01&until=2090-03-06&by=day").await;
    for part in [
        r#"<th scope="row"><bdi>Mon 6 Mar</bdi></th>"#,
        r##"href="#/coverage?by=rule&amp;from=2090-03-01&amp;until=2090-03-06""##,
        r#"<meter min="0" max="1" value="0""#,
        "<p class=\"number\">0 %</p>",
        "<dt>no bot</dt><dd>1 of 1</dd>",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let body = page(&harness, "from=2090-02-01&until=2090-02-02").await;
    assert!(body.contains("Nothing here"), "{body}");
}

/// Each day of the period is a cell of its week, with its share in text and a text for screen
/// readers.
#[tokio::test]
async fn a_map_of_days_has_each_day_in_colour_and_text() {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    harness.decisions.put(a_past_meeting(1));
    // From Wednesday to Monday.
    let body = page(&harness, "from=2090-03-01&until=2090-03-06").await;
    let (_, map) = body.split_once("<table class=\"heat\">").expect("a map");
    let (map, _) = map.split_once("</table>").expect("its end");
    for part in [
        "<abbr title=\"Monday\">Mon</abbr>",
        "<th scope=\"row\">27 Feb</th>",
        "<th scope=\"row\">6 Mar</th>",
        "<td class=\"few\">",
        "Mon 6 Mar: 0 of 1 recorded</span><span aria-hidden=\"true\">0 %</span>",
        "Thu 2 Mar: nothing to record so far</span>",
    ] {
        assert!(map.contains(part), "{part}: {map}");
    }
    assert_eq!(map.matches("<td></td>").count(), 2 + 6, "{map}");
    assert_eq!(map.matches("href=").count(), 2, "{map}");
    let other = page(&harness, "from=2090-03-01&until=2090-03-06&by=rule").await;
    assert!(!other.contains("class=\"heat\""), "{other}");
}

/// The addresses of the lists behind counts, as the page has them.
fn lists(body: &str) -> Vec<String> {
    let parts = body.split("href=\"#/events?").skip(1);
    let queries = parts.filter_map(|part| part.split_once('"'));
    queries
        .map(|(query, _)| query.replace("&amp;", "&"))
        .collect()
}

/// What is counted in a day or in a calendar is in the list that the count leads to.
#[test_case("by=day&from=2090-03-05&until=2090-03-06", "event-0-days-ago"; "of a day")]
#[test_case("by=calendar&from=2090-02-04&until=2090-03-06", "event-1-days-ago"; "of a calendar in the longest period")]
#[test_case("by=rule&from=2090-03-06&until=2090-03-06", "event-0-days-ago"; "of a rule on one day")]
#[tokio::test]
async fn a_count_leads_to_the_list_behind_it(query: &str, event: &str) {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    harness.decisions.put(a_past_meeting(1));
    let lists = lists(&page(&harness, query).await);
    assert!(!lists.is_empty());
    let mut found = 0;
    for list in lists {
        let listed = harness
            .get(Role::Reader, &format!("/v1/events?{list}"))
            .await;
        assert_eq!(listed.status, 200, "{list}: {}", listed.body);
        assert!(listed.body.contains("-days-ago"), "{list}: {}", listed.body);
        found += listed.body.matches(event).count();
    }
    assert!(found > 0);
}

/// No list has just the meetings of a platform, or those of a rule in a week, and none those of a
/// day whose decisions have expired.
#[test_case("by=platform&from=2090-03-01&until=2090-03-06"; "a platform")]
#[test_case("by=rule&from=2090-03-01&until=2090-03-06"; "a rule in a week")]
#[tokio::test]
async fn a_count_without_a_list_has_no_link(query: &str) {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    assert_eq!(lists(&page(&harness, query).await), [""; 0]);
}

#[tokio::test]
async fn a_calendar_leads_to_its_agenda() {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    let body = page(&harness, "by=calendar").await;
    let agenda = format!("href=\"#/calendars/{OWN}/agenda\"");
    assert!(body.contains(&agenda), "{body}");
}
