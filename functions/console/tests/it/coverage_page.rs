//! The page of the coverage: the map of days, the table of groups, and the lists behind the counts.

use callsheet_app::ports::{DayTotals, KeptCoverage as _};
use callsheet_auth::Role;
use callsheet_domain::{
    Applied, BotStatus, Decision, MeetingResult, MeetingTotals, ResultTotals, RuleName, Verdict,
    Wanted, plus,
};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at, id};
use jiff::SignedDuration;
use jiff::civil::date;
use test_case::test_case;

use crate::harness::{Harness, OTHER, OWN};
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
        "<dt>no bot</dt><dd>",
        ">1</a> of 1</dd>",
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

/// The links to lists, with the numbers or the words that lead there.
fn lists(body: &str) -> Vec<(String, String)> {
    let parts = body.split("href=\"#/events?").skip(1);
    let links = parts.filter_map(|part| {
        let (query, rest) = part.split_once("\">")?;
        let (words, _) = rest.split_once("</a>")?;
        Some((query.replace("&amp;", "&"), words.to_owned()))
    });
    links.collect()
}

/// Meetings of two days: one was recorded, one was not, one is a copy of it in another calendar, one
/// was cancelled, one was not to be recorded and one is not over.
fn put_meetings(harness: &Harness) {
    let with_bot = |days: i64, name: &str| {
        a_past_meeting(days).with(|row| {
            row.key.event_id = id(format!("event-{name}"));
            row.key.ical_uid = id(format!("{name}@acme.example"));
            if let Wanted::Bot(bot) = &row.wanted {
                let mut bot = an_applied_bot(bot);
                bot.bot_id = Some(id("bot-1"));
                row.applied = Applied::Bot(Box::new(bot));
            }
        })
    };
    let reported = |row: Decision, code: &str, sub_code: Option<&str>| {
        let status = BotStatus::new(code, sub_code, row.starts_at).expect("a code");
        row.with_statuses(&id("bot-1"), &[status], true)
    };
    let recorded = reported(with_bot(0, "recorded"), "in_call_recording", None);
    let kicked = Some("bot_kicked_from_call");
    let lost = reported(with_bot(1, "lost"), "call_ended", kicked);
    let copy = with_bot(1, "lost").with(|row| {
        row.key.event_id = id("event-copy");
        row.calendar_id = id(OTHER);
        row.applied = Applied::Nothing;
    });
    let cancelled = with_bot(1, "cancelled").with(|row| {
        row.verdict = Verdict::skip(RuleName::CANCELLED, "the meeting is cancelled");
    });
    let skipped = with_bot(0, "skipped").with(|row| {
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
    });
    for row in [recorded, lost, copy, cancelled, skipped, a_past_meeting(0)] {
        harness.decisions.put(row);
    }
}

/// The list behind a count has as many meetings, however they are grouped.
#[test_case("by=day&from=2090-03-05&until=2090-03-06", 6; "of a day")]
#[test_case("by=calendar&from=2090-02-04&until=2090-03-06", 4; "of a calendar in the longest period")]
#[test_case("by=rule&from=2090-03-01&until=2090-03-06", 4; "of a rule in a week")]
#[test_case("by=class&from=2090-03-01&until=2090-03-06", 4; "of a class in a week")]
#[test_case("by=platform&from=2090-03-01&until=2090-03-06", 2; "of the whole, beside platforms")]
#[tokio::test]
async fn a_count_leads_to_a_list_of_so_many_meetings(query: &str, least: usize) {
    let harness = Harness::new().await;
    put_meetings(&harness);
    let lists = lists(&page(&harness, query).await);
    let counted = lists.iter().filter_map(|(list, words)| {
        let number = words.parse::<usize>().ok()?;
        Some((list, number))
    });
    let counted: Vec<_> = counted.collect();
    assert!(counted.len() >= least, "{lists:?}");
    for (list, number) in counted {
        let path = format!("/v1/events?{list}");
        let listed = harness.get(Role::Reader, &path).await;
        assert_eq!(listed.status, 200, "{list}: {}", listed.body);
        let events = listed.json()["events"].as_array().map(Vec::len);
        assert_eq!(events, Some(number), "{list}: {}", listed.body);
        let shown = fragment(&harness, Role::Reader, &path).await.body;
        assert!(shown.contains("as the coverage counts them:"), "{shown}");
    }
}

/// No list has just the meetings of a platform, and none those of days whose decisions have expired.
#[tokio::test]
async fn a_count_without_a_list_has_no_link() {
    let harness = Harness::new().await;
    put_meetings(&harness);
    let body = page(&harness, "by=platform&from=2090-03-01&until=2090-03-06").await;
    let (_, table) = body.split_once("data-key=\"groups\"").expect("a table");
    assert_eq!(lists(table), []);
    let totals = MeetingTotals::of([(
        MeetingResult::Recorded,
        ResultTotals {
            meetings: 1,
            ..ResultTotals::default()
        },
    )]);
    let kept = DayTotals::from([(None, totals)]);
    let day = date(2090, 2, 4);
    harness.state.keep_day(day, &kept).await.expect("memory");
    for by in ["day", "class"] {
        let query = format!("by={by}&from=2090-02-04&until=2090-02-05");
        let body = page(&harness, &query).await;
        assert!(body.contains("<td class=\"number\">1</td>"), "{body}");
        assert_eq!(lists(&body), []);
    }
}

#[tokio::test]
async fn a_calendar_leads_to_its_agenda() {
    let harness = Harness::new().await;
    harness.decisions.put(a_past_meeting(0));
    let body = page(&harness, "by=calendar").await;
    let agenda = format!("href=\"#/calendars/{OWN}/agenda\"");
    assert!(body.contains(&agenda), "{body}");
}
